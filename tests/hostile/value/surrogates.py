# task: HumanEval/27
# expect: not passed
# why: Text that UTF-8 does not take.
    return "\ud800" + string
