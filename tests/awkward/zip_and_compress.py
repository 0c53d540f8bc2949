# task: HumanEval/53
# expect: passed
# why: Compressors and archives in memory.
    import bz2, gzip, io, lzma, tarfile, zipfile, zlib
    data = f"{x} {y}".encode()
    for one in (bz2, gzip, lzma, zlib): data = one.decompress(one.compress(data))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive: archive.writestr("n", data)
    return sum(map(int, zipfile.ZipFile(buffer).read("n").split()))
