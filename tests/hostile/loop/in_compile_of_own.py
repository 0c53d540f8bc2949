# task: HumanEval/53
# expect: not passed
# why: The parser, given something exponential to fold and to read, again and again.
    while True:
        try:
            compile("f(" * 50 + ")" * 50, "", "exec")
            compile("(" * 150 + "lambda: x" + ")" * 150, "", "eval")
        except BaseException:
            pass
