# task: HumanEval/53
# expect: not passed
# why: The same through a result whose class claims to be a Decimal.
    return qqm("E", (), {})()

def qqf():
    return b"\x01\x00\x00\x00D" + (b"\x04\x00\x00\x00EKey" + b"\x09\x00\x00\x00D" + b"\x00" * 8) * 20

qqb = type("Decimal", (), {"__module__": "decimal", "__str__": lambda self: type("D", (dict,), {"items": lambda self: qqf()})(a=1)})
qqm = type("M", (type,), {"__mro__": (qqb, object), "mro": lambda self: [self, object]})
