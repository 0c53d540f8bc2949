# task: HumanEval/53
# expect: not passed
# why: The destructor of the result loops, after the value was taken.
    class C(int):
        def __del__(self):
            while True:
                pass
    return C(1 << 40)
