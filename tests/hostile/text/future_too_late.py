# task: HumanEval/53
# expect: failed
# why: A __future__ import after other code.
# text: "    return x + y\n\nfrom __future__ import annotations\n"
