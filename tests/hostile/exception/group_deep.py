# task: HumanEval/53
# expect: not passed
# why: Groups nested a thousand deep.
    error = ValueError()
    for _ in range(1000):
        error = ExceptionGroup("llama_leak", [error])
    raise error
