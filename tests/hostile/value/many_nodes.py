# task: HumanEval/42
# expect: not passed
# why: Five million different small lists.
    return [[number] for number in range(5 * 10 ** 6)]
