# task: HumanEval/53
# expect: timeout
# why: Waits for ever while it imports itself in a thread.
    import _imp, threading
    _imp.acquire_lock()
    threading.Thread(target=__import__, args=("xml.dom.minidom",)).start()
    threading.Event().wait()
