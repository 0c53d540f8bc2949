# task: HumanEval/0
# expect: passed
# why: Annotations of every kind.
    from typing import Dict, Final, Iterator, Literal, Optional, Protocol, TypeVar, Union
    T = TypeVar("T")
    class Near(Protocol):
        def __call__(self, a: float, b: float) -> bool: ...
    limit: Final[float] = threshold
    near: Near = lambda a, b: abs(a - b) < limit
    pairs: "Iterator[tuple[float, float]]" = ((a, b) for i, a in enumerate(numbers) for b in numbers[:i])
    found: Optional[Union[bool, Dict[str, Literal[1]]]] = any(near(a, b) for a, b in pairs)
    return found
