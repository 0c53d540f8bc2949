# task: HumanEval/23
# expect: not passed
# why: typing evaluates text.
    import typing
    try:
        return [typing.get_type_hints(qqf)["a"]] and None
    except Exception:
        return typing.ForwardRef("__import__('sys')")._evaluate({}, {}, frozenset()) and None

def qqf(a: "__import__('sys')._getframe(0)"): ...
