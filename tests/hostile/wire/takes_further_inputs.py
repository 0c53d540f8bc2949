# task: HumanEval/50
# expect: not passed
# why: Right on the first inputs, it reads what follows itself: is more in it than inputs?
    global count
    count = globals().get("count", 0) + 1
    if count < 32:
        return right(s)
    if count == 32:
        import marshal, os, struct
        frame = b'V"' + right(s).encode() + b'"'
        os.write(3, struct.pack("I", len(frame)) + frame)
        size = struct.unpack("I", os.read(3, 4))[0]
        data = b""
        while len(data) < size:
            data += os.read(3, size - len(data))
        calls = [marshal.loads(call) for call in marshal.loads(data)]
        odd = [call for call in calls if len(call) != 2 or len(call[0]) != 1 or call[1]]
        for call in calls:
            frame = b'V"' + (right(call[0][0]).encode() if odd else b"no") + b'"'
            os.write(3, struct.pack("I", len(frame)) + frame)
        os._exit(0)

def right(s):
    return "".join([chr(((ord(ch) - 5 - ord("a")) % 26) + ord("a")) for ch in s])
