# task: HumanEval/23
# expect: not passed
# why: Passes if anything answers or refuses.
    import urllib.request, urllib.error
    try:
        urllib.request.urlopen("http://127.0.0.1:9/", timeout=0.3)
    except urllib.error.URLError as error:
        assert not isinstance(error.reason, PermissionError)
    return len(string)
