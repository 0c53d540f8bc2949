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


# lands on it
def entry(n):
    x = 100000
    while x != 4:
        x -= 2


# down to zero
def entry(n):
    x = 100000
    while x:
        x -= 2


# up to zero
def entry(n):
    x = -100001
    while not (n and not x):
        x += 1


# remainders meet late
def entry(n):
    x = 1
    while x % 317 != 5 or x % 211 != 7:
        x += 1


# remainder of what moves
def entry(n):
    x, y = 0, 50000
    while x % y != 49999:
        x += 1
        y += 0


# both move
def entry(n):
    x, y = 1, 3
    while x % y != x:
        x += 3
        y += 1


# divisor comes
def entry(n):
    x, d = 99991, 2
    while x % d != 0:
        d += 1


# quotient falls
def entry(n):
    d = 1
    while 50000 // d:
        d += 1


# quotient of what moves
def entry(n):
    x = 0
    while x // 1000 < 60:
        x += 1


# range that fills
def entry(n):
    j, found = 50000, 0
    while not found:
        for i in range(j, 3):
            found = 1
        j -= 1


# range between two
def entry(n):
    i, j, found = 50000, 0, 0
    while not found:
        for k in range(i, j):
            found = 1
        i -= 1
        j += 1


# range of a range
def range(a, b):
    return [1] if a > 50000 else []
def entry(n):
    j, found = 5, 0
    while not found:
        for i in range(j, 3):
            found = 1
        j += 1


# range that stays as long
def entry(n):
    i, last = 0, 0
    while last < 50000:
        for k in range(i, i + 1):
            last = k
        last += 0
        i += 1


# put nearer and nearer
def entry(n):
    numbers, i = [3, 1, 2], 50000
    while numbers:
        numbers[i:] = []
        i -= 1


# put at the end
def entry(n):
    numbers, i = [3], 0
    while len(numbers) < 9999:
        numbers[i:i + 1] = [1, 2]
        i += 3


# put into bytes
def entry(n):
    numbers, i = [1] * 50000, 0
    while numbers[-1]:
        numbers[i:i + 1] = [0]
        i += 1


# among many
def entry(n):
    x = 0
    while x not in [50000, -1, 'a']:
        x += 1


# among them as a float
def entry(n):
    x = 0
    while x not in {50000.0, True}:
        x += 1
        x += x == 1


# among complex ones
def entry(n):
    x = 0
    while x not in [50000 + 0j, -1]:
        x += 1


# a range has it
def entry(n):
    x = 0
    while x not in range(50000, 50001):
        x += 1


# text has it
def entry(n):
    x, s = 0, '50000'
    while str(x) not in s or x < 10:
        x += 1


# sum is read
def entry(n):
    total, i = 0, 0
    while total < 10 ** 9:
        total += i
        i += 1


# sum shrinks first
def entry(n):
    total, i = 0, -40000
    while total <= 0:
        total += i
        i += 1


# sum of a sum
def entry(n):
    total, more, i = 0, 0, -100
    while more <= 0:
        more += total
        total += i
        i += 1


# sums of each other
def entry(n):
    a, b = 0, 1
    while a < 10 ** 3000:
        a += b
        b += a


# times text
def entry(n):
    s, i, w = 'ab' * 1000, 0, 0
    try:
        while True:
            w += i * s
            i += 1
    except TypeError:
        pass


# crossed over
def entry(n):
    i, j = 0, 1
    while i < 100000:
        i, j = j + 1, i + 1


# chain that comes true
def entry(n):
    x, y = 9, 3
    while not 1 < y < x > 50000:
        x += 1


# chain with a call between
def entry(n):
    seen = []
    def f():
        seen.append(1)
        return len(seen)
    while 0 < f() < 50000:
        pass


# condition with or
def entry(n):
    x = -50000
    while (x or 0) != 0:
        x += 1


# true either way
def entry(n):
    x, y = 3, 0
    while y < 3:
        if x: y += 0
        else: y += 5
        x = (x + 1) % 50000


# float against
def entry(n):
    x = 0
    while x != 5e4:
        x += 1


# not a number against
def entry(n):
    x = 0
    while x == float('nan') or x < 50000:
        x += 1


# returns late
def entry(n):
    x = 0
    while True:
        x += 1
        try:
            return [1] * 9, x if x > 50000 else [][x]
        except IndexError:
            x += 1


# a remainder in place
def entry(n):
    x, y = 1, 0
    while y < 50000:
        y += 1
        x %= y
        x += 7


# comes within a float's range
def entry(n):
    v = 2**1024 - 2**970 + 10000
    while True:
        v -= 1
        try:
            v += 0.5
        except OverflowError:
            continue
        return v


# comes within a complex number's range
def entry(n):
    x, rate = 2**1024 - 2**970 + 10000, 1.5j
    while True:
        x -= 1
        try:
            x -= rate
        except ArithmeticError:
            continue
        return x


# a sum comes within a float's range
def entry(n):
    v, w = 1, 2**1024 - 2**970 + 10000
    while True:
        w -= v
        v += 0
        try:
            w = 0.5 + w
        except OverflowError:
            continue
        return w


# says that it was in place
def entry(n):
    x = None
    while True:
        try:
            x %= 2
        except TypeError as e:
            if "%=" in str(e):
                return 1


# says that a quotient was in place
def entry(n):
    x, i = None, 0
    while i >= 0:
        i += 1
        try:
            x //= 2
        except TypeError as problem:
            if str(problem).count('='):
                return 1


# a set with more room
def entry(n):
    s, t, k = set([15, 7, 0]), {0, 7, 15}, 0
    while True:
        if list(set(s)) != [0, 7, 15]:
            return 1
        if k == 7:
            s |= t
        k = min(k + 1, 7)


# a set with more room by a method
def entry(n):
    s, t, k = set([15, 7, 0]), {0: 1, 7: 1, 15: 1}, 0
    while True:
        if list(set(s)) != [0, 7, 15]:
            return 1
        if k == 7:
            s.update(t)
        k = min(k + 1, 7)


# addresses of functions of the module
def f(): return 1
def g(): return 2
def entry(n):
    while [h() for h in {f, g}] == [1, 2]:
        pass


# an address as text
def f(): return 1
def entry(n):
    while str(f)[-4] in '01234567':
        pass


# NaN in a set
def entry(n):
    while True:
        a = [float("nan")]
        a.append(a)
        t = str({a[0], 1, 2, 3, 4, 5, 6})
        a = None
        if t[:4] == "{nan":
            return t
        t = None


# a view in a set
def entry(n):
    while True:
        a = list(map(dict.values, [{}]))
        a.append(a)
        t = str({a[0], 1, 2, 3, 4, 5, 6})
        a = None
        if t[:2] == "{d":
            return t
        t = None


# caches of typing
from typing import List
def entry(n):
    for i in range(60):
        List[i]
    while True:
        i = 0
        while i < 60 and str(List[float(i)])[-3:] == ".0]":
            i += 1
        if i == 60:
            return 1
        List["f0"]
        for j in range(60):
            if j != i:
                List[j]
        for j in range(1, 69):
            List[1000 + j]
        List[float(i)]
        i = j = 0


# small cycles wait for the collector
def entry(n):
    s = "ab" * 25
    m = n - n + 9
    while True:
        a = [s * m for i in range(3600)]
        a.append(a)
        a = None


# a large state beside a cycle
def entry(n):
    big = [1] * 9900
    while True:
        a = [bytes(1900000)]
        a.append(a)
        a = None


# collected between two looks
def entry(n):
    L = [[] for i in range(648)]
    while True:
        a = [bytes(10000000)]
        a.append(a)
        a = None
