# task: HumanEval/53
# expect: not passed
# why: A name of ten megabytes.
    raise type("llama_leak_" * 10 ** 6, (Exception,), {})
