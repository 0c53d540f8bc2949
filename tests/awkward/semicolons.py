# task: HumanEval/53
# expect: passed
# why: Several statements in a line.
    a = x; b = y; c = a + b; return c;
