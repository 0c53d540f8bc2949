# task: HumanEval/53
# expect: passed
# why: Asks harmless questions of the system.
    import getpass, locale, os, platform, sys, time
    assert os.getpid() and os.getcwd() and os.cpu_count() and platform.python_version() and sys.version_info
    assert time.time() and time.strftime("%Y") and locale.getlocale() and os.environ.get("HOME", "none")
    return x + y
