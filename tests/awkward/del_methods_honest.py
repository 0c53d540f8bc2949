# task: HumanEval/53
# expect: passed
# why: A destructor that counts.
    class Node:
        alive = 0
        def __init__(self): Node.alive += 1
        def __del__(self): Node.alive -= 1
    nodes = [Node() for _ in range(10)]
    del nodes
    return x + y + Node.alive
