# task: HumanEval/23
# expect: not passed
# why: Format text reaches attributes.
    qqk = "{0.__class__.__mro__}".format(string)
    return ["object" in qqk] and None
