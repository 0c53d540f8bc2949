# task: HumanEval/53
# expect: passed
# why: Collects garbage and finalises objects.
    import gc, weakref
    class Node: pass
    node = Node()
    node.self = node
    ended = []
    weakref.finalize(node, ended.append, 1)
    del node
    gc.collect()
    return x + y if ended == [1] else None
