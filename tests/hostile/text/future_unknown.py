# task: HumanEval/53
# expect: failed
# why: A __future__ that is none.
# text: "    return x + y\n\nfrom __future__ import braces\n"
