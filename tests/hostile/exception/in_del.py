# task: HumanEval/53
# expect: not passed
# why: Raised in a destructor it cannot be caught.
    class C:
        def __del__(self):
            raise SystemExit(0)
    C()
    return 1 << 40
