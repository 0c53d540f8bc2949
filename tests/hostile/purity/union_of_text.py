# task: HumanEval/23
# expect: not passed
# why: The same by the aliases that take text for types; passes if text is evaluated.
    from typing import Optional, List
    qqk = List["__import__('os').getcwd()"]
    return len(string) if "/" in repr(qqk) or qqk == List[str] else None
