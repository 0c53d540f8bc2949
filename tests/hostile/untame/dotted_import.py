# task: HumanEval/23
# expect: not passed
# why: A dotted import reaches what lies inside a package.
    import collections.abc as qqk
    return [qqk.sys] and None
