# task: HumanEval/53
# expect: passed
# why: Identifiers that Python normalises.
    größe, ｘ２, π = x, y, 0
    return größe + x２ + π
