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
