# task: HumanEval/23
# expect: not passed
# why: os.system; passes if the command ran.
    import os
    return len(string) if os.system("true") == 0 else None
