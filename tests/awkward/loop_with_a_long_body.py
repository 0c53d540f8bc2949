# task: HumanEval/60
# expect: passed
# why: A body so long that jumps over it need an extended argument, over equal items.
# text: "    for k in [1] * 30_000:\n" + "".join(f"        a{i} = k + {i}\n" for i in range(150)) + "    return n * (n + 1) // 2\n"
