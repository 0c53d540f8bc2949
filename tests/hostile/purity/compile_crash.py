# task: HumanEval/53
# expect: not passed
# why: Text that is dangerous to compile, among programs that share a process.
# text: "    return " + "(" * 150 + "0" + ")" * 150 + "\n" + "x = " + "-" * 60000 + "1\n"
