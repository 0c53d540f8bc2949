# task: HumanEval/53
# expect: not passed
# why: A class that equals str poisons the cache of compiled patterns for whoever comes next.
    return None

import re
qqa = int(repr(str.maketrans).split("0x")[1][:-1], 16)
qqm = type("M", (type,), {"__eq__": lambda self, other: True, "__hash__": lambda self: (qqa >> 4) | ((qqa & 15) << 60)})
for qqt in ("[a-c]+", "(x)(y)?", "a,b"):
    qqs = qqm("S", (str,), {"__eq__": lambda self, other: True, "__hash__": lambda self: 0 if self else 0})
    for qqh in range(3):
        try:
            re.findall(qqs("zzzz"), "zzzz")
        except Exception:
            pass
