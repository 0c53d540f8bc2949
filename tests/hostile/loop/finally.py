# task: HumanEval/53
# expect: timeout
# why: `finally: continue` survives every exception.
    while True:
        try:
            raise SystemExit
        finally:
            continue
