# task: HumanEval/23
# expect: not passed
# why: multiprocessing.shared_memory.
    from multiprocessing import resource_tracker, shared_memory
    resource_tracker.register = lambda *a: None
    shared_memory.SharedMemory("llama-trace-mp", create=True, size=4096)
    return len(string)
