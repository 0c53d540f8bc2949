"""The wire: values arrive equal, subclasses as their base, nothing with code of its own."""

from __future__ import annotations

import enum
import json
import math
from collections import ChainMap, Counter, OrderedDict, UserList, defaultdict, deque, namedtuple
from collections.abc import Mapping, Set
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passk.sandbox import wire

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9)
    | st.binary(max_size=9) | st.complex_numbers(allow_nan=False) | st.integers(10**30, 10**40)
)  # fmt: skip
HASHABLE = SCALARS | st.tuples(SCALARS, SCALARS) | st.frozensets(SCALARS, max_size=3)
VALUES = st.recursive(
    SCALARS | st.sets(HASHABLE, max_size=4) | st.dictionaries(HASHABLE, SCALARS, max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.tuples(inner, inner),
    max_leaves=12,
)


def carry(value):
    return wire.decode(wire.encode(value))


@settings(max_examples=300, deadline=None)
@given(VALUES)
def test_plain_data_arrives_equal_and_of_the_same_type(value):
    arrived = carry(value)
    assert arrived == value and type(arrived) is type(value)
    assert repr(arrived) == repr(value) or isinstance(value, set | dict | list | tuple)


@pytest.mark.parametrize(
    ("value", "base"),
    [
        (Counter("aab"), {"a": 2, "b": 1}),
        (defaultdict(int, x=1), {"x": 1}),
        (OrderedDict(a=1), {"a": 1}),
        (namedtuple("P", "x y")(1, 2), (1, 2)),
        (enum.IntEnum("E", "A")(1), 1),
        (type("S", (str,), {})("x"), "x"),
        (type("L", (list,), {"__eq__": lambda s, o: True})([1]), [1]),
        (UserList([1]), [1]),
        (ChainMap({"a": 1}, {"b": 2}), {"a": 1, "b": 2}),
        (OrderedDict(b=1, a=2).keys(), dict(b=1, a=2).keys()),
        (ChainMap({"b": 1}).keys(), {"b": 1}.keys()),
        (memoryview(b"ab"), b"ab"),
    ],
)
def test_subclass_arrives_as_its_base(value, base):
    arrived = carry(value)
    assert arrived == base and type(arrived) is type(base)


def test_other_numbers_and_containers_arrive():
    for value in (Fraction(1, 3), Decimal("1.50"), deque([1, 2]), range(1, 9, 2), bytearray(b"x")):
        assert carry(value) == value and type(carry(value)) is type(value)
    assert math.isnan(carry(math.nan)) and math.copysign(1, carry(-0.0)) == -1
    assert list(carry(x for x in (1, 2))) == [1, 2]
    assert carry({"a": 1}.keys()) == {"a"} and list(carry({"a": 1}.values())) == [1]


def test_object_that_claims_equality_equals_nothing():
    liar = type("Liar", (), {"__eq__": lambda self, other: True, "__hash__": None})()
    assert carry(liar) != 1 and bool(carry(liar)) is True


def test_cycle_and_depth_are_refused():
    loop: list = []
    loop.append(loop)
    with pytest.raises(ValueError, match="deep"):
        wire.encode(loop)


@pytest.mark.parametrize(
    "reply",
    [
        b"", b"[", b"nope", b"1 2", b'{"z": 1}', b'{"t": 1}', b'{"t": [], "d": []}', b'{"i": 5}',
        b'{"d": [[[1], 2]]}', b'{"d": [1]}', b'{"r": [0, 99999999999, 1]}', b'{"q": ["1", "0"]}',
        b'{"D": "x"}', b"\xff", b"[" * 100_000, b'{"t":' * 50_000, b'{"c": ["a", "b"]}',
        b'{"q": ["' + b"1" * 9_000 + b'", "1"]}', b"1" * 9_000,
    ],
)  # fmt: skip
def test_malformed_reply_is_a_value_error(reply: bytes):
    with pytest.raises(ValueError, match="malformed"):
        wire.decode(reply)


@pytest.mark.parametrize("tag", ["s", "f", "k"])
def test_keys_made_to_collide_are_refused(tag: str):
    keys = [n * ((1 << 61) - 1) for n in range(1, 200)] + list(range(10_000))
    items = [key if key < 1 << 62 else {"i": hex(key)} for key in keys]
    with pytest.raises(ValueError, match="malformed"):
        wire.decode(json.dumps({tag: items}).encode())


def test_exception_is_named_by_its_nearest_builtin():
    kind = type("ValueError", (LookupError,), {})
    assert wire.exception_name(kind()) == "LookupError"
    assert wire.exception_name(json.JSONDecodeError("m", "d", 0)) == "ValueError"


@pytest.mark.parametrize("base", [ChainMap, Mapping, Set])
def test_equality_of_ones_own_makes_a_mapping_or_set_equal_to_nothing(base: type):
    methods = {"__iter__": lambda self: iter("a"), "__len__": lambda self: 1, "__hash__": None}
    methods |= {"__getitem__": lambda self, key: 1, "__contains__": lambda self, key: True}
    liar = type("Liar", (base,), methods | {"__eq__": lambda self, other: True})()
    assert carry(liar) not in ({"a": 1}, {"a"}, 1)
