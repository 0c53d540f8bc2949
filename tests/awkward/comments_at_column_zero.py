# task: HumanEval/53
# expect: passed
# why: Comments have no indentation to keep.
# a comment of the model
    # another
    return x + y
# and the last
