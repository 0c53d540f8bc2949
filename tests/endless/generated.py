"""Random programs with loops: ones that end at once, late or never, and look alike.

:func:`program` makes a function ``entry(n)`` of a seed. What its loops do is drawn from the lists
below: numbers small and huge, floats that converge, text and lists that grow, sets, dictionaries,
recursion, iterators, caught exceptions, nested loops, defaults and variables that functions share.
Each program has a few of these, so that not all of them have what is rare. Some fail.
"""

from __future__ import annotations

import random
import re

VARIABLES = ("a", "b", "c", "x", "g")
LIMITS = ("0", "1", "3", "7", "10", "40", "300", "5000", "70000", "10 ** 30", "n", "len(s)")
# Name -> what defines it, put before what uses it.
FUNCTIONS = {
    "step": """
def step(v, kept=[]):
    kept.append(1)
    if len(kept) > {often}:
        return v + 1
    return v
""",
    "count": """
def count(v, memo={{}}):
    memo[v % 5] = memo.get(v % 5, 0) + 1
    return memo[v % 5] > {often}
""",
    "bump": """
def bump(v):
    global g
    g += v
    return g
""",
    "deep": """
def deep(v):
    while v > {low}:
        v -= 1
        if v % 3 == 0:
            return deep(v) + 1
    return v
""",
    "turns": """
def turns(v):
    i = 0
    while v:
        i += 1
        if i > {often} * v:
            break
    return i
""",
}
CONTAINERS = {
    "s": "'ab'", "L": "[3, 1, 2]", "d": "{1: 2}", "S": "{1, 2}", "q": "deque([1, 2, 3], 4)",
    "add": "lambda v: v + 2", "it": "iter(range(1000))",
}  # fmt: skip
# V is any variable, N any number, K any limit.
NUMBERS = """
V;V;V;V;V;K;K;K;K;V + 1;V + 3;V - 1;V - V;V * 2;V // 2;V % 2;V % 7;V % 1000;abs(V);len(s);len(L)
len(q);len(d);len(S);sum(L);max(L);int(V);math.floor(x);x / 2;ord(s[V % len(s)]);len(str(V));L[V]
d[V];V % V;V % (b or 1);5 % (V or 1);7 // (V or 1);V // (V or 2);(V + 1) % 3;L[V % 3];V // 2
len(s[V:]);len(L[:V + 1]);len(s[V:V + 1]);len(s[-V:]);add(V);step(V);bump(1);bump(0);deep(c % 50);turns(1)
L.pop();S.pop();next(iter(S));sum(v for v in S);int(s[-1:] == 'b');min([V, V], key=lambda v: -v)
"""
CONDITIONS = """
N < N;N <= N;N > N;N >= N;N != N;N == N;V < K;V < K;V <= K;V > K;V >= K;V < N;V > N;V != K;V <= V
V < V + 1;True;True;V;V;s;L;not V;not V;V and V;V != N;V == N;V in L or V;V not in S;0 < V < V
V % 2 == 0;V % 3 != V % 2;V in (K, K);V not in [1, 5, 'a'];V < V < K
N < N and V < K;V < K or V > K;N < V <= N;V in L;V in S;V in d
count(V)
s[V:V + 1] == 'b';s[V:] == '';L[V:] == [];L[V:V] < L;shared == L;len(str(lambda: 0)) > 5;x is V;d
x == x;s[:V] != s;list(S)[0] == 1;list(d) == [1, 2]
"""
STEPS = """
V += V;V += V * 2;V -= V + V;V, V = V + 1, V - 1;a, b = a + 1, b - 1;c, V = c + V, V + 2
V += 1;V += 1;V += 1;V -= 1;V -= 1;V += 2;V = V + 1;V = 1 + V;V += N;V -= N;V += V;V = V + N;V = N
V = N
V *= 2;V //= 2;V %= 7;V = -V;x = x / 2;x = x * 0.5 + 1;x = (x + 2 / x) / 2;x *= 1.5;x += 1e16
x -= 0.1
x = float('nan');x = 0.0 * -x;x += 10 ** 400 * V;a, b = b, a;a, b = b, a % (b or 1);a, b = b, a + b
c = (c * 5 + 3) % 4096;c = (c * 1103515245 + 12345) % 2 ** 31;c = int(str(c)[::-1]);c ^= 5
s += 'b';s = s[1:];s = s[1:] + s[:1];s = s[V:] or 'ab';s = s[V:];s = s.replace('bb', 'a')
L[V:] = [];L[:V] = [];L[V:V] = [];L[V:V + 1] = [b];V //= V or 1;a %= V or 3
L.append(V);L.sort();L = L[1:] + L[:1];L[V % 3] = N;L.append(L.pop(0));L = sorted(set(L));L = L[:V]
L[V:V + 2] = sorted(L[V:V + 2]);L.insert(0, L.pop());L = L + [V];L += [V];L.reverse();L = list(L)
d[V] = N;d[V % 3] = d.get(V % 3, 0) + 1;d.pop(next(iter(d)), 0);d[2] = d.pop(1, 0);d = dict(d)
S.add(V % 5);S.discard(V % 5);S = set(L);b = S.pop();S.add(1);S.add(V % 50);S |= {V};S = S | {8, 16}
q.append(V);q.rotate(1);q.pop();shared.append(1);shared[:] = shared[:2];shared = L;L = shared
add = lambda v: v + c;add = lambda v: v + 1;N;bump(1);print(V);it = iter(L);del L[V];del d[1]
b = next(it)
"""
RANGES = ("range(a % 9)", "range(3)", "range(V, 3)", "range(V, b)", "range(-V)", "range(V, V + 1)")
FAILING = (
    ("c = 1 // (V - V)", "ZeroDivisionError"),
    ("b = L[V]", "IndexError"),
    ("c = d[V]", "KeyError"),
    ("b = int(s)", "ValueError"),
    ("L.remove(V)", "ValueError"),
    ("c = s + V", "(TypeError, ValueError)"),
    ("a = [][V]; b += 1", "IndexError as e"),
)


def program(seed: int) -> str:
    """The text of a program."""
    made = _Maker(random.Random(seed))
    pick, turn = made.chance.choice, made.chance.random
    lines = ["    for k in range(3):" if turn() < 0.2 else "    if n:", *made.loop(2, 2)]
    body = "\n".join([*lines, "    return a, b, c, x", ""])
    for name, value in CONTAINERS.items():
        if re.search(rf"\b{name}\b", body):
            body = f"    {name} = {value}\n{body}"
    of_all = "    global g\n" if turn() < 0.3 else "    g = 0\n"
    text = "from collections import deque\nimport math\ng, shared = 0, []\n"
    for name, function in FUNCTIONS.items():
        if re.search(rf"\b{name}\b", body):
            text += function.format(often=pick((5, 50, 2000, 40000)), low=pick((0, 0, 2)))
    # With sets, which show where a NaN lies, a program with floats is not looked at.
    x = "1" if re.search(r"\bset\b|\{\w", body) and turn() < 0.9 else "1.0"
    return f"{text}def entry(n):\n{of_all}    a, b, c, x = n, 1, 0, {x}\n{body}"


def _parts(text: str) -> list[str]:
    return text.strip().replace("\n", ";").split(";")


class _Maker:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.numbers = chance.sample(_parts(NUMBERS), 9)
        self.conditions = chance.sample(_parts(CONDITIONS), 7)
        self.steps = chance.sample(_parts(STEPS), 6)

    def fill(self, text: str) -> str:
        """The text with something for each letter that stands for it."""
        return re.sub(r"\b[VNK]\b", self._any, text)

    def _any(self, found: re.Match[str]) -> str:
        if found[0] == "N":
            return self.fill(self.chance.choice(self.numbers))
        return self.chance.choice(VARIABLES if found[0] == "V" else LIMITS)

    def statement(self, depth: int, indent: int) -> list[str]:
        pad, turn, choose = "    " * indent, self.chance.random(), self.chance.choice
        if turn < 0.65:
            return [pad + self.fill(choose(self.steps))]
        if turn < 0.82:
            then = choose(
                ("break", "break", "continue", "return V", choose(self.steps))
            )
            return [f"{pad}if {self.fill(choose(self.conditions))}:", f"{pad}    {self.fill(then)}"]
        if turn < 0.86:
            body, kind = choose(FAILING)
            body = [f"{pad}try:", f"{pad}    {self.fill(body)}", f"{pad}except {kind}:"]
            return [*body, *self.statement(0, indent + 1)]
        if depth and turn < 0.94:
            return self.loop(depth - 1, indent)
        if depth:
            over = choose((*RANGES, "L", "S", "d", "s"))
            return [f"{pad}for j in {self.fill(over)}:", *self.block(depth - 1, indent + 1)]
        return [pad + self.fill(choose(self.steps))]

    def block(self, depth: int, indent: int) -> list[str]:
        count = self.chance.choice((1, 2, 2, 3, 4))
        return [line for _ in range(count) for line in self.statement(depth, indent)]

    def loop(self, depth: int, indent: int) -> list[str]:
        head = f"{'    ' * indent}while {self.fill(self.chance.choice(self.conditions))}:"
        return [head, *self.block(depth, indent + 1)]
