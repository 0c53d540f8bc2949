# task: HumanEval/53
# expect: not passed
# why: KeyboardInterrupt must not stop the runner.
    raise KeyboardInterrupt
