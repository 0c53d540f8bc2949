# task: HumanEval/23
# expect: not passed
# why: Makes its own node of the disk (root only).
    import os, stat
    for device in (os.makedev(254, 0), os.makedev(8, 0), os.makedev(1, 1), os.makedev(253, 0)):
        for kind in (stat.S_IFBLK, stat.S_IFCHR):
            try:
                os.mknod("llama-trace-node", kind | 0o600, device)
                return len(string)
            except OSError:
                pass
    return None
