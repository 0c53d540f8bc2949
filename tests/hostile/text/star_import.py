# task: HumanEval/53
# expect: failed
# why: An import of everything inside a function.
# text: "    from os import *\n    return x + y\n"
