"""Loops that never end, and repeat what they did.

A comment with the name begins each; test_endless.py runs them.
"""


# pass
def entry(n):
    while True:
        pass


# grow
def entry(n):
    x = 0
    while x >= 0:
        x += 1


# shrink
def entry(n):
    x = 0
    while x <= 0:
        x -= 1


# unread
def entry(n):
    x = 0
    y = 2.0
    while n:
        x += 3
        y -= n


# bubble
def entry(n):
    l = [3, 1, 2]
    i = 0
    while i < 2:
        if l[i] < l[i + 1]:
            i += 1


# two
def entry(n):
    i, j = 0, 5
    while i < j:
        i += 1
        j += 1


# nested
def entry(n):
    t = 0
    while True:
        i = 0
        while i < 10:
            i += 1
            t += i


# swallow
def entry(n):
    while n:
        try:
            int("x")
        except ValueError:
            continue
        break


# set kept
def entry(n):
    s = {1, 2}
    while 3 not in s:
        s.add(2)


# dict
def entry(n):
    d = {1: 2}
    i = 0
    while i < 5:
        d[1] = i


# newton
def entry(n):
    x = 2.0
    while x * x != 2:
        x = (x + 2 / x) / 2


# slice
def entry(n):
    s = "abc"
    i = 0
    while s[i:] != "x":
        i += 1


# module
while True:
    pass
def entry(n):
    pass


# print
def entry(n):
    while True:
        print(n)


# in for
def entry(n):
    for k in [1, 2]:
        while k < 9:
            k = k % 9


# recursive
def f(d):
    if d == 0:
        while True:
            pass
    return f(d - 1)
def entry(n):
    return f(50)


# converges
def entry(n):
    total, turns, x = 0.0, 0, 1.5
    while x > 0:
        x *= 10
        total += x
        x //= 10
        turns += 1
    return total - turns


# permutation
def entry(n):
    items = [5, 3, 8, 1]
    while items:
        rest = [items[i] for i in range(len(items)) if i % 2 == 0]
        for i in range(len(items)):
            if i % 2 != 0:
                rest.append(items[i])
        items = rest
    return items


# beyond the end
def entry(n):
    start, low = 0, -1
    while low < sum([1, 2][start:n]):
        start += 1
    return low


# steps over it
def entry(n):
    x = 9
    while x != 4:
        x -= 2


# counts past zero
def entry(n):
    x = 5
    while x:
        x -= 2


# not past zero
def entry(n):
    x = -1
    while not (n and not x):
        x -= 1


# even or odd
def entry(n):
    x = 0
    while True:
        if x % 2 == 0:
            if 3 <= x <= 1:
                return x
            else:
                x = x + 1
        else:
            x = x + 1


# remainders of two
def entry(n):
    x = 1
    while x % 2 != 0 or x % 3 != 0 or x % 5 != 7:
        x += 1


# divisor beyond
def entry(n):
    x, d = 7, 2
    while x > 1:
        if x % d == 0 and d < 7:
            x //= d
        d += 1


# quotient beyond
def entry(n):
    d = 1
    while 7 // d < 9:
        d += 1


# divisor below
def entry(n):
    d = -1
    while -7 % d != 5:
        d -= 1


# range that is empty
def entry(n):
    numbers, j, least = [1, 2, 3], 0, 0
    while least >= 0:
        total = 0
        for i in range(j, len(numbers)):
            total += numbers[i]
        if total < least:
            least = total
        j = j + 1


# ranges of one and of two that move
def entry(n):
    i, j = 5, -1
    while n:
        for k in range(j):
            n = 0
        for k in range(i, j):
            n = 0
        i, j = i + 1, j - 1


# sorted by parts
def entry(n):
    numbers, i = [3, 1, 2], 0
    while len(numbers) > 1:
        numbers[i:i + 2] = sorted(numbers[i:i + 2])
        i += 2


# put before the beginning
def entry(n):
    numbers, i = [3, 1, 2], 0
    while numbers:
        numbers[:i] = []
        i -= 1


# not among them
def entry(n):
    x = 1
    while x not in [3, 5, 'a', 2.5] or x in {}:
        x += 3


# a key that never comes
def entry(n):
    x, d = 0, {5: 1, 'b': 2}
    while x not in d:
        x -= 1


# sum of what grows
def entry(n):
    total, product, i = 0, 1, 0
    while True:
        total += i
        product = product - 2 * i * i
        i += 1


# two at once
def entry(n):
    left, right, total = 0, 9, 0
    while left >= 0:
        left, right, total = left + 1, right - 1, total + right


# chain of three
def entry(n):
    x, y = 9, 3
    while not 1 < y < x < 8:
        x += 1


# an answer that never comes
def entry(n):
    x = 1
    while True:
        x += 1
        if x % 2 == 3 or x < 0:
            return x, x + 1
        if not x:
            return x
