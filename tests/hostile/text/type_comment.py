# task: HumanEval/53
# expect: failed
# why: Type comments and ignores of all kinds.
# text: "    # type: ignore[" + "x" * 1000 + "]\n    return 1 # type: int -> (\n"
