# task: HumanEval/53
# expect: not passed
# why: Recursion by lambda.
# text: "    return " + "lambda:" * 50000 + "x\n"
