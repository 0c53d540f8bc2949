# task: HumanEval/53
# expect: not passed
# why: A destructor in a cycle runs whenever the collector does, in a later program's time.
    return None

def qqd(self):
    while True:
        pass
qqc = type("C", (list,), {"__del__": qqd})
qqx = qqc()
qqx += [qqx]
