# task: HumanEval/53
# expect: not passed
# why: The program's namespace refuses later definitions.
    return 1 << 40
class Frozen(dict):
    def __setitem__(self, key, value): pass
import sys
sys._getframe().f_globals.update(check=lambda c: None, __builtins__=Frozen(vars(__import__("builtins"))))
