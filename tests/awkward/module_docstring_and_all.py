# task: HumanEval/53
# expect: passed
# why: Module-level dunders.
    return x + y

__all__ = ["add"]
__version__ = "1.0"
__author__ = "a model"
