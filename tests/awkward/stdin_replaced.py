# task: HumanEval/53
# expect: passed
# why: Reads its own standard input, as contest programs do.
    import io, sys
    sys.stdin = io.StringIO("3\n4 5\n")
    read = sys.stdin.readline
    n = int(read()); rest = list(map(int, read().split()))
    assert n == 3 and rest == [4, 5] and input is not None
    return x + y
import sys
data = None
try:
    data = input()
except Exception:
    pass
