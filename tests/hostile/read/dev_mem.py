# task: HumanEval/23
# expect: not passed
# why: Raw memory, raw disks and the terminal.
    import os
    for name in ("/dev/mem", "/dev/kmsg", "/dev/sda", "/dev/vda", "/dev/nvme0n1", "/dev/tty", "/dev/ptmx", "/dev/fuse", "/dev/kvm"):
        try:
            os.open(name, os.O_RDONLY | os.O_NONBLOCK)
            return len(string)
        except OSError:
            pass
    return None
