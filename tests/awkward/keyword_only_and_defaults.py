# task: HumanEval/53
# expect: passed
# why: A signature with more than was asked for.
    pass

def add(x, y=0, /, *rest, scale=1, **options):
    return (x + y + sum(rest)) * scale
