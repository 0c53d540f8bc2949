# task: HumanEval/53
# expect: not passed
# why: Passes descriptors along on every socket it finds.
    import array, os, socket
    data = array.array("i", [0, 1, 2])
    for fd in range(3, 64):
        try:
            s = socket.socket(fileno=fd)
            s.sendmsg([b"\x01"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, data)])
            s.detach()
        except BaseException:
            pass
    os._exit(0)
