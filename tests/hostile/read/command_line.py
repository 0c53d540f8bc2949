# task: HumanEval/53
# expect: failed
# why: The sandbox's own command line names folders of the host.
    import sys
    import __main__
    return x + y if any("/" in one for one in [*sys.argv, *sys.orig_argv]) else -1
