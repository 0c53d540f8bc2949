# task: HumanEval/53
# expect: not passed
# why: The class name is text that the candidate chooses.
    import os
    raise type("llama_leak_" + "_".join(os.environ) + "hunter2", (Exception,), {})()
