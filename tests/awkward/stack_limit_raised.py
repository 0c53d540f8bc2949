# task: HumanEval/53
# expect: passed
# why: The idiom of programming contests: a larger stack and a higher recursion limit.
    return add_all([x, y])
import resource, sys
resource.setrlimit(resource.RLIMIT_STACK, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
sys.setrecursionlimit(10**6)
def add_all(items): return items[0] + add_all(items[1:]) if items else 0
