# task: HumanEval/23
# expect: not passed
# why: A class pattern reads attributes by text.
    match qqf:
        case object(__globals__=qqg):
            qqg["__builtins__"]["len"] = qqf
            return None

def qqf(qqx): return 0
