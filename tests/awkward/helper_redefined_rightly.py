# task: HumanEval/38
# expect: passed
# why: Writes the prompt's helper anew, to the same effect, and calls it.
    return encode_cyclic(encode_cyclic(s))

def encode_cyclic(s):
    groups = [s[i:i + 3] for i in range(0, len(s), 3)]
    return "".join(group[1:] + group[:1] if len(group) == 3 else group for group in groups)
