# task: HumanEval/23
# expect: not passed
# why: Annotations are expressions that are stored in the module's own dictionary.
    return [qqk] and None
qqk: type("C", (), {}) = 1
__annotations__["qqk"].__subclasses__
