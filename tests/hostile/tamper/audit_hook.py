# task: HumanEval/53
# expect: not passed
# why: An audit hook raises on every event of the runner afterwards.
    import sys
    def hook(event, args):
        raise SystemExit(0)
    sys.addaudithook(hook)
    return 1 << 40
