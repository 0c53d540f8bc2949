# task: HumanEval/53
# expect: timeout|crashed|failed
# why: One long C call never returns to the interpreter.
    return 10 ** 10 ** 9
