"""Loops that end late, or for a reason that their variables do not show: addresses, hidden places.

A comment with the name begins each; test_endless.py runs them.
"""


# finger
def entry(n):
    s = {0,1,2,3,4,5,6,7}
    y = 0
    i = 0
    while True:
        y = s.pop()
        s.add(y)
        if y == 5: i = i + 1
        if i > 1000000: break
        y = 0


# finger2
def entry(n):
    s = set(range(8))
    while True:
        y = s.pop()
        s |= {y}
        if y == 5: return
        y = 0


# setfill
def entry(n):
    s = {0, 8}
    while list(s) == [0, 8]:
        s -= {100}
        s |= {100}
        s -= {100}


# setfill2
def entry(n):
    s = {8, 0}
    k = list(s)
    while list(s) == k:
        s ^= {100}
        s ^= {100}


# address
def entry(n):
    keep = []
    def f(m):
        g = lambda: 0
        return str(g)
    first = f(1)
    while True:
        if f(2)[-3:] == '0c0>': return


# address2
def entry(n):
    while True:
        if str(map(int, []))[-3:] == '0c0>': return


# address3
def entry(n):
    while True:
        if str([].append)[-3:] == '0c0>': return


# iterator
def entry(n):
    it = iter(range(10**6))
    for k in [1]:
        while next(it, None) is not None:
            pass


# reentered
def entry(n):
    for k in range(10**6):
        j = 0
        k = 0
        while j < 5:
            j += 1


# reenter same state 2
def entry(n):
    for _ in range(20000):
        j = 0
        while True:
            j += 1
            if j > 6: break
        j = 0
        _ = 0


# default
def tick(k=[0]):
    k[0] += 1
    return k[0]
def entry(n):
    while tick() < 100000:
        pass


# closure
def entry(n):
    c = 0
    def tick():
        nonlocal c
        c += 1
        return c
    while tick() < 100000:
        pass


# closure2
def make():
    c = 0
    def tick():
        nonlocal c
        c += 1
        return c
    return tick
t = make()
def entry(n):
    while t() < 100000:
        pass


# global
c = 0
def tick():
    global c
    c += 1
    return c
def entry(n):
    x = 1
    while x:
        if tick() > 100000: break


# late growth 2
def entry(n):
    i = 0
    x = 1
    while x:
        i += 1
        if i >= 100000: x = 0


# eq
def entry(n):
    i = 0
    while i != 100000:
        i += 1


# eq2
def entry(n):
    i = 0
    while True:
        i += 1
        if i == 100000: break


# down
def entry(n):
    i = 100000
    while i > 0:
        i -= 1


# down2
def entry(n):
    i = 100000
    while 0 < i:
        i = i - 1


# two
def entry(n):
    i, j = 100000, 0
    while i > j:
        i -= 1
        j += 1


# slice end
def entry(n):
    s = 'a' * 100000
    i = 0
    while s[i:]:
        i += 1


# slice up
def entry(n):
    s = 'a' * 100000
    i = -200000
    while s[:i] == '':
        i += 1


# slice zero
def entry(n):
    s = 'a' * 10
    i = -200000
    while s[i:] == s:
        i += 1


# slice minus
def entry(n):
    s = 'a' * 10
    i = 200000
    while s[i:] == '':
        i -= 1


# float stuck?
def entry(n):
    x = 1.0
    while x > 0:
        x /= 2


# float nan
def entry(n):
    x = float('inf')
    y = 0
    while y == 0:
        x = x - x
        y = 1 if x != x else 0


# neg zero
def entry(n):
    x = 0.0
    i = 0
    while i < 7:
        x = -x
        if str(x) == '-0.0': i += 1
        else: i += 0


# bool int
def entry(n):
    x = True
    i = 0
    while i < 20000:
        x = 1 if x is True else True
        i = i + 1


# recursion depth error
def f(d):
    while True:
        f(d)
def entry(n):
    f(0)


# dict order
def entry(n):
    d = {k: 0 for k in range(50)}
    while next(iter(d)) != 7:
        k = next(iter(d))
        v = d.pop(k)
        d[k] = v


# dict tombs
def entry(n):
    d = {0: 0, 1: 1}
    while True:
        c = 0
        d.pop(0)
        d.pop(1)
        d[0] = 0
        d[1] = 1
        try:
            for k in d:
                c = c + 1
                v = d.pop(k)
                d[k] = v
                if c > 100: break
        except ValueError:
            return
        if c != 5: c = 0
        if c == 5: return
        c = 0


# exception state
def entry(n):
    i = 0
    while i < 100000:
        try:
            i += 1
            int('x')
        except ValueError:
            continue


# nested loops
def entry(n):
    i = 0
    while i < 300:
        j = 0
        while j < 300:
            j += 1
        i += 1


# generator
def gen():
    i = 0
    while i < 100000:
        i += 1
        yield i
def entry(n):
    g = gen()
    while next(g, None):
        pass


# generator fixed
def gen():
    while True:
        yield 1
def entry(n):
    k = 0
    for x in gen():
        k += 1
        if k > 100000: return


# callback
def entry(n):
    def f(v):
        while True:
            if v: break
        return v
    return sorted(range(1, 20000), key=f)


# alias
def entry(n):
    a = []
    b = []
    i = 0
    seen = 0
    while len(a) < 2:
        a, b = b, a
        a.append(1)
        a.clear()
        i += 1
        if i > 50000: b = a; a.append(1); b.append(1)


# augassign float
def entry(n):
    i = 0.0
    while i < 1e5:
        i += 1


# and chain
def entry(n):
    i = 0
    while not (1 < i > 100000):
        i += 1


# walrus
def entry(n):
    i = 0
    while (i := i + 1) < 100000:
        pass


# comprehension
def entry(n):
    i = 0
    while [v for v in [1] if i < 100000]:
        i += 1


# lambda
def entry(n):
    i = 0
    f = lambda: i > 100000
    while not f():
        i += 1


# while else
def entry(n):
    i = 0
    while i < 3 or i > 3:
        i += 1
        if i > 100000: break
        if i == 3: i = 4
    else:
        pass


# big int
def entry(n):
    i = 10 ** 400
    x = 0.0
    while i > 10 ** 400 - 100000:
        i -= 1
        x += 1.5


# overflow2
def entry(n):
    i = 0
    x = 0.5
    while True:
        i += 10 ** 304
        x += i


# str limit
def entry(n):
    i = 0
    while True:
        i += 10 ** 4299
        s = str(i)


# index error
def entry(n):
    i = 0
    l = [0] * 100000
    while True:
        l[i]
        i += 1


# global augment
i = 0
def entry(n):
    global i
    while check():
        i += 1
def check():
    return i < 100000


# module level
i = 0
def check():
    return i < 100000
while check():
    i += 1
def entry(n):
    pass


# defaultdict
from collections import defaultdict
def entry(n):
    d = defaultdict(int)
    while True:
        d[0] += 1
        if d[0] > 30000: return


# swap names
def f(): return False
def h(): return True
def entry(n):
    global f, h
    i = 0
    while not f():
        i += 1
        if i == 50000: f, h = h, f


# slice of tuple
def entry(n):
    t = tuple(range(100000))
    i = 0
    while t[i:i + 1] != ():
        i += 1


# decreasing lower
def entry(n):
    s = 'abc'
    i = 50000
    while s[i:i + 3] == '':
        i -= 1


# crossing compare
def entry(n):
    i = 0
    j = 50000
    k = 0
    while k == 0:
        i += 2
        j += 1
        if i > j: k = 1


# type error late
def entry(n):
    i = 0
    l = []
    while True:
        i += 1
        l.append(1)
        if len(l) > 50000: i += 'x'
