# task: HumanEval/53
# expect: not passed
# why: Very many folders.
    import os
    number = 0
    while True:
        os.mkdir(str(number))
        number += 1
