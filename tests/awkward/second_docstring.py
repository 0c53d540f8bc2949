# task: HumanEval/53
# expect: passed
# why: Another text after the docstring.
    """Adds."""
    'again'
    return x + y
