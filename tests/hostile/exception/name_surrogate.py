# task: HumanEval/53
# expect: not passed
# why: A name that no encoding takes.
    raise type("llama_leak_\ud800\n{\"", (Exception,), {})
