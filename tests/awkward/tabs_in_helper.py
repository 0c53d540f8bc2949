# task: HumanEval/53
# expect: passed
# why: A helper that is indented by tabs only.
# text: "    return plus(x, y)\n\ndef plus(a, b):\n\tif True:\n\t\treturn a + b\n"
