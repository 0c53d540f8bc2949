# task: HumanEval/27
# expect: not passed
# why: Text with null characters.
    return "\x00" + string
