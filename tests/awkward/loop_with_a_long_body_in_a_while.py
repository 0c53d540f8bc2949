# task: HumanEval/60
# expect: passed
# why: The same with a loop inside that leaves no variable changed.
# text: "    for k in [1] * 15_000:\n        while True:\n            if k:\n                break\n" + "".join(f"        a{i} = k + {i}\n" for i in range(150)) + "    return n * (n + 1) // 2\n"
