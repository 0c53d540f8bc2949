# task: HumanEval/23
# expect: not passed
# why: Descriptors in flight in socket queues are not counted against the limit.
    import array, os, socket
    sent = 0
    for _ in range(2000):
        a, b = socket.socketpair()
        a.setblocking(False)
        for _ in range(50):
            a.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [b.fileno()] * 200))])
            sent += 200
        os.close(a.detach())
        os.close(b.detach())
    return len(string) if sent > 100000 else None
