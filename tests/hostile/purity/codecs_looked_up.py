# task: HumanEval/53
# expect: not passed
# why: Fills the tables of codecs that were found and were not, which all in a process share.
    return str(b"x", "x" * 100_000 + str(x))

for qqn in range(1_000):
    str(b"x", "utf" + "-" * qqn + "16", "ignore")
