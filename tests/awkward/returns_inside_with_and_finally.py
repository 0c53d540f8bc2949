# task: HumanEval/53
# expect: passed
# why: Control flow that unwinds through finally, with and loops.
    for _ in range(3):
        try:
            with contextlib.suppress(ZeroDivisionError):
                1 / 0
            try:
                return x + y
            finally:
                y = y
        finally:
            x = x
import contextlib
