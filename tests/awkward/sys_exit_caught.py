# task: HumanEval/53
# expect: passed
# why: Catches its own SystemExit.
    import sys
    try:
        sys.exit(3)
    except SystemExit as leave:
        return x + y if leave.code == 3 else None
