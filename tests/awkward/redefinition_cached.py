# task: HumanEval/55
# expect: passed
# why: lru_cache over a recursion.
    return fib(n)

from functools import lru_cache

@lru_cache(maxsize=None)
def fib(n: int):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
