# task: HumanEval/53
# expect: not passed
# why: The wrong result's destructor ends the process with 0.
    import os
    class Bye(int):
        def __del__(self):
            os._exit(0)
    return Bye(1 << 40)
