# task: HumanEval/53
# expect: failed
# why: await in a plain function.
# text: "    return await x\n"
