# task: HumanEval/23
# expect: not passed
# why: /proc is none of its business.
    assert open("/proc/self/maps").read()
    return len(string)
