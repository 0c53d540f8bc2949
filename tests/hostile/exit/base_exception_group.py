# task: HumanEval/53
# expect: not passed
# why: A group of BaseExceptions is not an Exception either.
    raise BaseExceptionGroup("x", [SystemExit(0), KeyboardInterrupt()])
