# task: HumanEval/53
# expect: failed
# why: Claims that the reply is over.
    raise EOFError
