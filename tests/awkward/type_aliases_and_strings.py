# task: HumanEval/53
# expect: passed
# why: Annotations as text, of names that do not exist.
    total: "Undefined[int]" = x + y
    def inner(a: "NotThere", *, b: "list[Never]" = None) -> "Something": return a
    return inner(total)
Pair = "Tuple[int, int]"
counter: "Missing"
