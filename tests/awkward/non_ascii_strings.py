# task: HumanEval/27
# expect: passed
# why: Text beyond ASCII in the source, unused in the answer.
    smile, zürich = "😀", "Zürich\u00df\U0001F600"
    assert len(smile) == 1 and smile.encode("utf-8")
    return "".join(c.lower() if c.isupper() else c.upper() for c in string)
