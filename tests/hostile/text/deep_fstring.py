# task: HumanEval/53
# expect: not passed
# why: Format strings in format strings.
# text: "    return " + "f'{" * 150 + "x" + "}'" * 150 + "\n"
