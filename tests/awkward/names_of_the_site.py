# task: HumanEval/53
# expect: passed
# why: What the module site adds to builtins, which an ordinary interpreter has.
    shown = [repr(one) for one in (copyright, credits, license, help, quit, exit)]
    help(abs)
    print(copyright, license)
    return x + y if all(shown) and callable(help) and "Python" in shown[0] else None
