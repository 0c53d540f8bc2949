# task: HumanEval/53
# expect: failed
# why: The entry point becomes a coroutine function.
# text: "    return x + y\n\nasync def add(x, y):\n    return x + y\n"
