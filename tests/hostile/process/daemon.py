# task: HumanEval/23
# expect: not passed
# why: Double fork and setsid leave a process behind that leaves a file.
    import os, time
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(1)
            open("/tmp/llama-trace-daemon", "w").close()
            time.sleep(1000)
        os._exit(0)
    return len(string)
