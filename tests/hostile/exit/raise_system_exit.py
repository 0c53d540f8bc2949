# task: HumanEval/53
# expect: not passed
# why: SystemExit is no Exception; `except Exception` lets it through.
    raise SystemExit
