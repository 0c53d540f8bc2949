# task: HumanEval/53
# expect: passed
# text: "    return f1999(x, y)\n" + "".join(f"def f{n}(a, b):\n    return a + b\n" for n in range(2000))
