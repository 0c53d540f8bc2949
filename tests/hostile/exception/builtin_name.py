# task: HumanEval/53
# expect: not passed
# why: A class of its own with a built-in's name.
    raise type("ValueError", (BaseException,), {"__module__": "builtins"})
