# task: HumanEval/34
# expect: passed
# why: Randomised sorting with a seed.
    import random
    random.seed(0)
    items = list(set(l))
    random.shuffle(items)
    def quick(part):
        if len(part) < 2:
            return part
        pivot = random.choice(part)
        return quick([e for e in part if e < pivot]) + [pivot] + quick([e for e in part if e > pivot])
    return quick(items)
