# task: HumanEval/53
# expect: not passed
# why: Byte code that reads beyond its stack.
    return (lambda: None).__code__.replace(co_code=bytes([151, 0, 1, 0] * 2 + [100, 250, 83, 0]))
c = (lambda: None).__code__
exec(c.replace(co_code=bytes([151, 0]) + bytes([1, 0] * 50) + bytes([100, 250, 83, 0])))
