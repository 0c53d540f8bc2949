"""The digest of a result: equal exactly where Python's == holds."""

from __future__ import annotations

import itertools
import math
from collections import (
    ChainMap,
    Counter,
    OrderedDict,
    UserDict,
    UserList,
    UserString,
    deque,
    namedtuple,
)
from collections.abc import Mapping, Set
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passk.sandbox.canonical import MAX_DEPTH, UNEQUAL, digest, form

Pair = namedtuple("Pair", "left right")
Number = IntEnum("Number", "ONE TWO")


class Squares(Mapping):
    """Equality is left to the abstract class: the content decides."""

    def __getitem__(self, key: int) -> int:
        return key * key

    def __iter__(self) -> Any:
        return iter((1, 2))

    def __len__(self) -> int:
        return 2


class Few(Set):
    def __contains__(self, item: object) -> bool:
        return item in (1, 2)

    def __iter__(self) -> Any:
        return iter((1, 2))

    def __len__(self) -> int:
        return 2


VALUES: list[Any] = [
    *(
        0,
        0.0,
        -0.0,
        False,
        1,
        1.0,
        True,
        Fraction(1),
        Decimal(1),
        Decimal("1.0"),
        1 + 0j,
        Number.ONE,
    ),
    *(0.5, Fraction(1, 2), Decimal("0.5"), 0.1, Decimal("0.1"), Fraction(1, 10), 1 / 3),
    *(2**53, 2**53 + 1, float(2**53), 2**60, 2.0**60, -(2**60), 10**400, Decimal(10) ** 400),
    *(Fraction(10**400), Fraction(1, 3), Decimal("Infinity"), math.inf, -math.inf, 1e300, 5e-324),
    *(1j, 0j, complex(1, -0.0), complex(1, 1), complex(0.5, 0)),
    *(None, "", "1", "a", "é", "\ud800", b"", b"a", bytearray(b"a"), UserString("a")),
    *([], (), [1], (1,), [1.0], [True], [None], ["a"], [[1]], [(1,)], UserList([1]), [-0.0], [0]),
    *([2**60], [2.0**60], [2**53 + 1], [2**53], [10**30], [1e30], [math.inf], [1, "a"], [1.0, "a"]),
    *([1, 2.5], (1, 2.5), [Fraction(1), 2.5], Pair(1, 2.5), [1, Decimal("2.5")], [1e300, 1e300]),
    *(set(), frozenset(), {1, 2}, {2.0, 1}, frozenset((1, 2)), {1: 2}.keys(), {1}, {(1, 2)}),
    *({1: 2}.items(), {(1, 2): None}.keys(), {"a": 1}, {"a": 1.0}, Counter("a"), UserDict(a=1)),
    *({}, {1: 2}, {1.0: 2}, OrderedDict(a=1, b=2), {"b": 2, "a": 1}, MappingProxyType({"a": 1})),
    *(ChainMap({"a": 1}), ChainMap({}, {"a": 1}), ChainMap(), Squares(), {1: 1, 2: 4}, Few()),
    *(ChainMap({1: 2}).keys(), UserDict(a=1).keys(), Squares().keys()),
    *(OrderedDict({1: 2}).keys(), OrderedDict({1: 2}).items(), {"a"}, [ChainMap({"a": [1]})]),
    *([{"a": [1.0]}], memoryview(b"a"), memoryview(b""), MappingProxyType(ChainMap({1: 2}))),
    *(deque([1]), deque([1.0]), deque(), range(0), range(5, 5), range(3), range(0, 3)),
    *(
        range(0, 1),
        range(0, 1, 7),
        range(0, 4, 3),
        range(0, 6, 3),
        [{"a": [1, {2}]}],
        [{"a": [1.0, {2.0}]}],
    ),
]


def test_equal_digests_are_equal_values() -> None:
    wrong = [
        (left, right)
        for left, right in itertools.product(VALUES, repeat=2)
        if (left == right) != (digest(left) == digest(right))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "value",
    [
        *(math.nan, [math.nan], Decimal("NaN"), complex(0, math.nan), iter([1]), {}.values()),
        *(object(), print, Decimal("1e999999999999"), {"a": math.nan}, (1, object())),
    ],
)
def test_what_equals_nothing_has_no_form_of_its_own(value: object) -> None:
    assert UNEQUAL in form(value)


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=3)
)
values = st.recursive(
    scalars | st.integers(-2, 2) | st.sampled_from([0.0, 1.0, -1.0]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(scalars, inner, max_size=3)
    ),
    max_leaves=6,
)


@given(values, values)
def test_digests_of_random_values_agree_with_equality(left: Any, right: Any) -> None:
    assert (digest(left) == digest(right)) == (left == right)


def test_a_list_has_one_form_packed_or_not() -> None:
    class Whole(int):
        pass

    numbers = [1, 2.5, -3]
    assert form(numbers) == form([Whole(1), 2.5, -3]) == form([Fraction(1), Decimal("2.5"), -3.0])


def test_nesting_has_an_end() -> None:
    cycle: list[Any] = []
    cycle.append(cycle)
    with pytest.raises(ValueError, match="deep"):
        digest(cycle)
    deep: list[Any] = []
    for _ in range(MAX_DEPTH - 1):
        deep = [deep]
    assert digest(deep)


def test_methods_of_a_subclass_are_not_asked() -> None:
    class Liar(list):
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = None

        def __iter__(self) -> Any:
            return iter([1, 2, 3])

        def __len__(self) -> int:
            return 3

    assert digest(Liar([7])) == digest([7])
