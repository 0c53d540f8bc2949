# task: HumanEval/53
# expect: not passed
# why: GeneratorExit is a BaseException that some runners swallow.
    raise GeneratorExit
