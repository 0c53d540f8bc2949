# task: HumanEval/53
# expect: not passed
# why: Empties every list of the process: the inputs' list too.
    import gc
    mine = [x for x in gc.get_objects() if type(x) is list]
    for thing in mine:
        if thing is not mine:
            del thing[:]
    return 1 << 40
