# task: HumanEval/53
# expect: passed
# why: Pickles, copies and prints its numbers before it adds them.
    import pickle, copy, json, pprint, marshal, shelve, base64
    a, b = pickle.loads(pickle.dumps((x, y)))
    pprint.pprint(copy.deepcopy({"a": [a, b]}))
    return json.loads(json.dumps(a)) + marshal.loads(marshal.dumps(b))
