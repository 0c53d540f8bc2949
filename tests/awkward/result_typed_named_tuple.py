# task: HumanEval/107
# expect: passed
# why: typing.NamedTuple, with a method.
    from typing import NamedTuple
    class Count(NamedTuple):
        even: int
        odd: int
        def total(self) -> int:
            return self.even + self.odd
    found = [k for k in range(1, n + 1) if str(k) == str(k)[::-1]]
    return Count(sum(k % 2 == 0 for k in found), sum(k % 2 for k in found))
