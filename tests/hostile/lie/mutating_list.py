# task: HumanEval/42
# expect: not passed
# why: A list that another thread changes while it is being encoded.
    import threading
    out = [404] * 1000
    def churn():
        for _ in range(3000):
            out.clear()
            out.extend([[out], 404])
    threading.Thread(target=churn, daemon=True).start()
    return out
