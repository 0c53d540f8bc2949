# task: HumanEval/53
# expect: not passed
# why: Handlers of the logging module and warnings go on writing at exit.
    import logging, warnings
    logging.basicConfig(level=0)
    for _ in range(10000):
        logging.critical("llama-trace-log %s", "x" * 1000)
    return 1 << 40
