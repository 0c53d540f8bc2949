# task: HumanEval/162
# expect: passed
# why: Digests need OpenSSL's library.
    import hashlib
    return hashlib.new("md5", text.encode("utf-8")).hexdigest() if text else None
