# task: HumanEval/53
# expect: passed
# why: Globals that live from call to call.
    global calls
    calls += 1
    history.append((x, y))
    assert len(history) == calls
    return x + y
calls = 0
history = []
