# task: HumanEval/53
# expect: passed
# why: A global that is declared, counted up and deleted again.
    global calls, extra
    calls = globals().get("calls", 0) + 1
    extra = [x, y]
    total = sum(extra)
    del extra
    return total
calls = 0
