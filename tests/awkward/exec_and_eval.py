# task: HumanEval/53
# expect: passed
# why: Honest exec, eval and compile.
    names = {"a": x, "b": y}
    exec(compile("c = a + b", "<sum>", "exec"), names)
    return eval("c + 0", names)
