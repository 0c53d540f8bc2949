# task: HumanEval/53
# expect: timeout
# why: Catches whatever a runner raises in it.
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
