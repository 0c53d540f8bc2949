# task: HumanEval/53
# expect: failed
# why: The entry point is gone.
# text: "    return x + y\n\ndel add\n"
