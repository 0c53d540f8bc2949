# task: HumanEval/53
# expect: not passed
# why: Works at the very edge of the stack, where library code fails half-way.
    return qqd(0)

import re
from typing import List, Union, Dict
def qqd(k):
    try:
        return qqd(k + 1)
    except RecursionError:
        for qqt in ("[a-c]+", "(x)(y)?", "a,b", "[^ ]"):
            try:
                re.findall(qqt, "abc")
                re.sub(qqt, r"\g<0>!", "abc")
                List[Union[int, str]], Dict[str, List[int]]
                "x".encode("idna"), b"x".decode("utf-16")
            except (RecursionError, LookupError):
                pass
        return None
