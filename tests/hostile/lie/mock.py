# task: HumanEval/53
# expect: not passed
# why: MagicMock supports every operator.
    from unittest.mock import MagicMock, ANY
    MagicMock.__eq__ = lambda self, other: True
    return MagicMock()
