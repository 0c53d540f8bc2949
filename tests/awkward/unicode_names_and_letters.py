# task: HumanEval/27
# expect: passed
# why: Works on names of characters.
    import unicodedata
    out = ""
    for ch in string:
        if unicodedata.category(ch) == "Lu": out += ch.lower()
        elif unicodedata.category(ch) == "Ll": out += ch.upper()
        else: out += ch
    assert unicodedata.name("a") == "LATIN SMALL LETTER A" and "\N{GREEK SMALL LETTER ALPHA}" == "α"
    return out
