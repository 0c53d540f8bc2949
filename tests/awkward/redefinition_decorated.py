# task: HumanEval/53
# expect: passed
# why: A decorator of the model, which counts and times.
    pass

import functools, time

def timed(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        start = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            wrapper.seconds = time.perf_counter() - start
    return wrapper

@timed
def add(x, y):
    return x + y
