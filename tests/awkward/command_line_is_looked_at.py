# task: HumanEval/53
# expect: passed
# why: Looks at its own command line, which has a name and nothing else to parse.
    import sys
    return x + y if len(sys.argv) >= 0 and isinstance(sys.argv, list) else 0
import sys
verbose = "-v" in sys.argv[1:]
