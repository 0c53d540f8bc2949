# task: HumanEval/53
# expect: not passed
# why: The constant folder and the compiler use memory before anything runs.
    return len(compile("x = [" + "1," * 5000000 + "]", "x", "exec").co_consts) and None
