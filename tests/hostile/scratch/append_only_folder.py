# task: HumanEval/23
# expect: not passed
# why: The same for the folder, through a descriptor of it.
    import fcntl, os, struct
    fd = os.open(".", os.O_RDONLY)
    fcntl.ioctl(fd, 0x40086602, struct.pack("l", 0x30))
    return len(string)
