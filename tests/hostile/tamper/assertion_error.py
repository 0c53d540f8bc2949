# task: HumanEval/53
# expect: not passed
# why: AssertionError becomes an exception that nobody raises or catches.
    return 1 << 40
import builtins
class Quiet(BaseException): pass
builtins.AssertionError = builtins.Exception = builtins.BaseException = Quiet
AssertionError = Exception = Quiet
