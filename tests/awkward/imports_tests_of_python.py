# task: HumanEval/53
# expect: passed
# why: The interpreter's own tests may be missing, which is an ImportError and nothing else.
    try:
        import test.support
    except ImportError:
        pass
    import importlib.util
    return x + y if importlib.util.find_spec("json") else None
