# task: HumanEval/53
# expect: passed
# why: Parses an empty command line.
    import argparse
    parser = argparse.ArgumentParser()
    parser.add_argument("--sign", type=int, default=1)
    given = parser.parse_args([])
    return given.sign * (x + y)
