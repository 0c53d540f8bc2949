# task: HumanEval/53
# expect: not passed
# why: The same for nested lambdas with defaults.
# text: "    return " + "lambda x=(" * 80 + "\n"
