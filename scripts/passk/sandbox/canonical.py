"""Results as digests, such that two digests are equal where ``==`` holds between the results.

HumanEval+ makes its tasks return up to 150 MB, and asks of most no more than ``==``. So the child
sends eight bytes a result. What is equal in Python has one form: ``1 == 1.0 == True``, ``0.0 ==
-0.0``, sets and dicts in any order, a ``set`` and a ``frozenset``, a subclass and its base, a
``dict`` and any mapping that leaves equality to ``collections.abc``, as ``ChainMap`` does. What is
not has two: a list and a tuple, text and bytes. NaN, iterators and objects of other kinds are equal
to nothing.

The child loads this file by itself. A digest is a claim, as every reply is: the expected ones stay
with the judge.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections import deque
from collections.abc import Mapping, Set
from hashlib import blake2b
from typing import Any

MAX_DEPTH = 200
DIGEST_BYTES = 8
UNEQUAL = b"!"
_EXACT = 1 << 53  # whole numbers up to here are exact as doubles
_MAX_BITS = 10_000  # of a Fraction or Decimal: its gcd costs quadratic time
_NUMBERS = frozenset((int, float, bool))
_double = struct.Struct("<d").pack
_length = struct.Struct("<Q").pack
_KEYS, _ITEMS = type({}.keys()), type({}.items())


def digest(value: Any) -> bytes:
    """:data:`DIGEST_BYTES` bytes that stand for ``value`` and all that equals it.

    :raises ValueError: nested deeper than :data:`MAX_DEPTH`, which a cycle always is.
    """
    return blake2b(form(value), digest_size=DIGEST_BYTES).digest()


def form(value: Any, depth: int = 0) -> bytes:
    """The canonical bytes of ``value``; no form is the beginning of another.

    :raises ValueError: nested deeper than :data:`MAX_DEPTH`.
    """
    kind = type(value)
    if kind is str:
        return _text(value)
    if kind in _NUMBERS:
        return _number(value)
    if value is None:
        return b"n"
    if depth >= MAX_DEPTH:
        raise ValueError("nested too deep")
    depth += 1
    if kind is list:
        return _sequence(b"[", value, depth)
    if kind is tuple:
        return _sequence(b"(", value, depth)
    return _other(value, kind, depth)


def _text(value: str) -> bytes:
    data = value.encode("utf-8", "surrogatepass")
    return b"s" + _length(len(data)) + data


def _number(value: Any) -> bytes:
    """A double where one is exact, whatever the type."""
    try:
        if -_EXACT <= value <= _EXACT or float(value) == value:
            return b"d" + _double(value + 0.0)
    except OverflowError:
        pass
    if type(value) is float:
        return UNEQUAL  # not a number
    data = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return b"i" + _length(len(data)) + data


def _sequence(tag: bytes, value: Any, depth: int) -> bytes:
    """Of a list or tuple; one that holds only exact doubles is packed, a million in 0.1 s."""
    head = tag + _length(len(value))
    if _NUMBERS.issuperset(map(type, value)):
        try:
            packed = array("d", map((0.0).__add__, value))
        except OverflowError:
            packed = None
        if packed is not None and _are_exact(value, packed):
            if sys.byteorder != "little":
                packed.byteswap()
            return head + b"D" + packed.tobytes()
    forms = [form(item, depth) for item in value]
    if all(one[:1] == b"d" for one in forms):
        return head + b"D" + b"".join([one[1:] for one in forms])
    return head + b"".join(forms)


def _are_exact(numbers: Any, doubles: Any) -> bool:
    """Whether no number lost a digit; False for infinities and NaN, too, which hide others."""
    total = sum(doubles)
    return total - total == 0 and (
        not doubles or (max(numbers) <= _EXACT and min(numbers) >= -_EXACT)
    )


def _unordered(tag: bytes, forms: list[bytes]) -> bytes:
    return tag + _length(len(forms)) + b"".join(sorted(forms))


def _pairs(items: Any, depth: int) -> bytes:
    return _unordered(b":", [form(key, depth) + form(item, depth) for key, item in items])


def _other(value: Any, kind: type, depth: int) -> bytes:
    """Subclasses are read through their base's own methods."""
    if issubclass(kind, int):
        return _number(int.__int__(value))
    if issubclass(kind, float):
        return _number(float.__float__(value))
    if issubclass(kind, str):
        return _text(str.__str__(value))
    if issubclass(kind, list):
        return _sequence(b"[", list(list.__iter__(value)), depth)
    if issubclass(kind, tuple):
        return _sequence(b"(", tuple(tuple.__iter__(value)), depth)
    if issubclass(kind, dict):
        return _pairs(dict.items(value), depth)
    for base in (set, frozenset):
        if issubclass(kind, base):
            return _unordered(b"{", [form(item, depth) for item in base.__iter__(value)])
    if issubclass(kind, (_KEYS, _ITEMS)):
        return _unordered(b"{", [form(item, depth) for item in value])
    for base in (bytes, bytearray):
        if issubclass(kind, base):
            return b"b" + _length(base.__len__(value)) + base.__getitem__(value, slice(None))
    if issubclass(kind, deque):
        return _sequence(b"u", list(deque.__iter__(value)), depth)
    if issubclass(kind, complex):
        real, imaginary = complex(value).real, complex(value).imag
        return _number(real) if imaginary == 0 else b"c" + _number(real) + _number(imaginary)
    if kind is range:
        return b"r" + _sequence(b"(", (len(value), *value[:1], *value[1:2]), depth)
    return _of_standard_library(value, kind, depth)


def _of_standard_library(value: Any, kind: type, depth: int) -> bytes:
    for base in kind.__mro__:
        name = f"{base.__module__}.{base.__name__}"
        if name == "fractions.Fraction":
            return _ratio(int(value.numerator), int(value.denominator))
        if name == "decimal.Decimal":
            if not base.is_finite(value):
                return UNEQUAL if base.is_nan(value) else _number(float(base.__str__(value)))
            if abs(base.adjusted(value)) > _MAX_BITS:
                return UNEQUAL
            return _ratio(*base.as_integer_ratio(value))
        if name in ("collections.UserList", "collections.UserString", "collections.UserDict"):
            return form(value.data, depth)
        if name == "builtins.mappingproxy":
            return _pairs(dict(value).items(), depth)
    if kind is memoryview and value.format == "B" and value.ndim == 1:
        return _other(value.tobytes(), bytes, depth)
    if kind.__eq__ is Mapping.__eq__:
        return _pairs(dict(value.items()).items(), depth)
    if kind.__eq__ is Set.__eq__:
        return _unordered(b"{", [form(item, depth) for item in value])
    return UNEQUAL


def _ratio(numerator: int, denominator: int) -> bytes:
    """Of a fraction in lowest terms: the number's form where it is whole or a double."""
    if denominator == 1:
        return _number(numerator)
    if max(numerator.bit_length(), denominator.bit_length()) > _MAX_BITS:
        return UNEQUAL
    try:
        nearest = numerator / denominator
        if nearest.as_integer_ratio() == (numerator, denominator):
            return b"d" + _double(nearest)
    except OverflowError:
        pass
    return b"q" + _number(numerator) + _number(denominator)
