# task: HumanEval/53
# expect: failed
# why: A yield makes it a generator.
# text: "    yield x + y\n"
