# task: HumanEval/53
# expect: not passed
# why: Leaves hundreds of megabytes in a cycle that nobody has collected yet.
    return None

qql = [bytes(800_000_000)]
qql += [qql]
