# task: HumanEval/53
# expect: not passed
# why: __build_class__ and exec run the attacker's code in later class statements.
    import builtins
    def wrong(*a, **k):
        raise SystemExit(0)
    builtins.__build_class__ = builtins.exec = builtins.eval = builtins.compile = wrong
    return None
