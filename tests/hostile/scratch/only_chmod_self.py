# task: HumanEval/53
# expect: not passed
# why: The scratch directory itself loses its permissions.
    import os
    open("llama-trace", "w").close()
    os.chmod(os.getcwd(), 0)
    return None
