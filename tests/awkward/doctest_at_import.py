# task: HumanEval/53
# expect: passed
# why: Runs its doctests when it is loaded, without a guard.
    return x + y
import doctest
doctest.testmod()
