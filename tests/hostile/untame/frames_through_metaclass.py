# task: HumanEval/53
# expect: not passed
# why: A class made by type() hands raw frames to the runner, in the name of its exception.
    raise qqe("x")

def qqf():
    return b"\x01\x00\x00\x00D" + (b"\x04\x00\x00\x00EKey" + b"\x09\x00\x00\x00D" + b"\x00" * 8) * 20

qqp = type("B", (), {"__radd__": lambda self, other: self if other == b"E" else qqf(), "__len__": lambda self: 5})()
qqw = type("S", (str,), {"encode": lambda self, *rest: qqp})("ValueError")
qqm = type("M", (type,), {"__name__": qqw})
qqe = qqm("E", (ValueError,), {"__module__": "builtins"})
