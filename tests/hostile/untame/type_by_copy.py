# task: HumanEval/53
# expect: not passed
# why: Counter.copy is written in Python: of a class it returns type(), which makes classes.
    return None

import re
from collections import Counter
qqt = Counter.copy(int)
qqa = int(repr(str.maketrans).split("0x")[1][:-1], 16)
qqm = qqt("M", (qqt,), {"__eq__": lambda self, other: True, "__hash__": lambda self: (qqa >> 4) | ((qqa & 15) << 60)})
qqs = qqm("S", (str,), {"__eq__": lambda self, other: True, "__hash__": lambda self: -5663015768113238233})
re.findall(qqs("zzzz"), "zzzz")
