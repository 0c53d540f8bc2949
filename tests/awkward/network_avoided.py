# task: HumanEval/53
# expect: passed
# why: Goes on without a network.
    import socket, urllib.request
    try:
        urllib.request.urlopen("http://127.0.0.1:9/", timeout=0.5)
    except Exception:
        pass
    return x + y
