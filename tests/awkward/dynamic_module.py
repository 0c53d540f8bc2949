# task: HumanEval/53
# expect: passed
# why: Makes a module and puts it among the loaded ones.
    import adder_of_mine
    return adder_of_mine.add(x, y)
import sys, types
module = types.ModuleType("adder_of_mine")
exec("def add(a, b):\n    return a + b", module.__dict__)
sys.modules["adder_of_mine"] = module
