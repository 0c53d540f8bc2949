# task: HumanEval/53
# expect: passed
# why: A mutable default that remembers.
    pass

def add(x, y, memory={}):
    if (x, y) not in memory:
        memory[x, y] = x + y
    return memory[x, y]
