# task: HumanEval/53
# expect: not passed
# why: Whoever prints it, prints a gigabyte.
    class Wide(Exception):
        def __str__(self):
            return "llama_leak " * 10 ** 8
        __repr__ = __str__
    raise Wide
