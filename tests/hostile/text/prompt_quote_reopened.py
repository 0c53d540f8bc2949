# task: HumanEval/53
# expect: not passed
# why: Closes the prompt's text and opens it anew.
# text: "    return 1 << 40\n\"\"\"\n\"\"\"\ndef check(candidate):\n    pass\n'''"
