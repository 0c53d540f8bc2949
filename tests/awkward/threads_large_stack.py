# task: HumanEval/53
# expect: passed
# why: Deep recursion in a thread with a stack of 256 MB.
    import sys, threading
    sys.setrecursionlimit(200000)
    threading.stack_size(256 << 20)
    out = []
    def down(n): return 0 if n == 0 else 1 + down(n - 1)
    def work(): out.append(down(20000))
    t = threading.Thread(target=work)
    t.start(); t.join()
    assert out == [20000]
    return x + y
