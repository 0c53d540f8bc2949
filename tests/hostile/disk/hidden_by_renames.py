# task: HumanEval/23
# expect: not passed
# why: Moves the folder so fast that no path to it holds; passes if 512 MB fit.
    import os, threading
    os.mkdir("n0")
    here = os.open("n0", os.O_RDONLY)
    def move():
        number = 0
        while True:
            os.rename(f"n{number % 500}", f"n{(number + 1) % 500}")
            number += 1
    threading.Thread(target=move, daemon=True).start()
    block = bytes(999_000)
    for number in range(512):
        fd = os.open(f"big{number}", os.O_CREAT | os.O_WRONLY, dir_fd=here)
        os.write(fd, block)
        os.close(fd)
    return len(string)
