# task: HumanEval/51
# expect: passed
# why: Byte, raw and joined literals.
    vowels = b"aeiou".decode() + r"AEIOU" "" u""
    return text.translate({ord(c): None for c in vowels})
