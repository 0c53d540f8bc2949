"""What a candidate returns, as plain data: written in the child, read in the judge.

Both sides load this file; the child only packs, the judge only unpacks. A reply is JSON in which
None, bool, small int, float, str and list stand for themselves and every other kind is an object of
one key, its tag. A subclass travels as its base (``Counter`` as dict, a named tuple as tuple, an
``IntEnum`` as int), read through the base's own methods, so that no method which the candidate
wrote is left when the judge compares. A mapping or set that leaves equality to ``collections.abc``
(``ChainMap``, views of its keys) travels as its content, which is what decides. Anything else
arrives as :class:`Opaque`: true or false as it was, equal to nothing.

Not covered: objects whose equality is their own code, numpy's arrays, iterators that never end.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, deque
from collections.abc import Mapping, Set
from typing import Any

MAX_DEPTH = 200
MAX_RANGE = 100_000
MAX_DIGITS = 2_000
MAX_COLLISIONS = 50
_SMALL = 1 << 63
_scan = json.JSONDecoder().scan_once
_dumps = json.JSONEncoder(check_circular=False).encode


class Opaque:
    """A returned object that is no plain data: it only has a truth value."""

    def __init__(self, truth: bool) -> None:
        self.truth = truth

    def __bool__(self) -> bool:
        return self.truth


def encode(value: Any) -> bytes:
    """The reply that stands for ``value``.

    :raises ValueError: nested deeper than :data:`MAX_DEPTH`, which a cycle always is.
    """
    return _dumps(_pack(value, 0)).encode()


def decode(reply: bytes) -> Any:
    """The value that a reply stands for.

    :raises ValueError: anything that :func:`encode` would not have written.
    """
    try:
        text = reply.decode("ascii")
        value, end = _scan(text, 0)
        if end != len(text):
            raise ValueError("malformed reply")
        return _unpack(value) if "{" in text else value
    except (
        StopIteration,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        ArithmeticError,
        RecursionError,
    ) as error:
        raise ValueError("malformed reply") from error


def _pack(value: Any, depth: int) -> Any:
    kind = type(value)
    if kind is bool or value is None or kind is str or kind is float:
        return value
    if kind is int:
        return value if -_SMALL < value < _SMALL else {"i": hex(value)}
    if depth >= MAX_DEPTH:
        raise ValueError("nested too deep")
    depth += 1
    if kind is list:
        return [_pack(item, depth) for item in value]
    if kind is tuple:
        return {"t": [_pack(item, depth) for item in value]}
    return _pack_other(value, kind, depth)


def _pack_other(value: Any, kind: type, depth: int) -> Any:
    if issubclass(kind, int):
        return _pack(int.__int__(value), depth)
    if issubclass(kind, float):
        return float.__float__(value)
    if issubclass(kind, str):
        return str.__str__(value)
    if issubclass(kind, list):
        return [_pack(item, depth) for item in list.__iter__(value)]
    if issubclass(kind, tuple):
        return {"t": [_pack(item, depth) for item in tuple.__iter__(value)]}
    if issubclass(kind, dict):
        items = dict.items(value)
        return {"d": [[_pack(key, depth), _pack(item, depth)] for key, item in items]}
    if issubclass(kind, set):
        return {"s": [_pack(item, depth) for item in set.__iter__(value)]}
    if issubclass(kind, frozenset):
        return {"f": [_pack(item, depth) for item in frozenset.__iter__(value)]}
    if issubclass(kind, bytes):
        return {"b": bytes.hex(value)}
    if issubclass(kind, bytearray):
        return {"a": bytearray.hex(value)}
    if kind is memoryview and value.format == "B" and value.ndim == 1:
        return {"b": value.hex()}
    if issubclass(kind, complex):
        return {"c": [float(value.real), float(value.imag)]}
    if issubclass(kind, deque):
        return {"u": [_pack(item, depth) for item in deque.__iter__(value)]}
    if kind is range:
        if len(value) > MAX_RANGE:
            return {"o": True}
        return {"r": [value.start, value.stop, value.step]}
    if issubclass(kind, _KEYS):
        return {"k": [_pack(item, depth) for item in value]}
    if issubclass(kind, _VALUES):
        return {"v": [_pack(item, depth) for item in value]}
    if issubclass(kind, _ITEMS):
        return {"m": [[_pack(key, depth), _pack(item, depth)] for key, item in value]}
    for base in kind.__mro__:
        name = f"{base.__module__}.{base.__name__}"
        if name == "fractions.Fraction":
            return {"q": [hex(int(value.numerator)), hex(int(value.denominator))]}
        if name == "decimal.Decimal":
            return {"D": base.__str__(value)}
        if name in ("collections.UserList", "collections.UserString", "collections.UserDict"):
            return _pack(value.data, depth)
        if name == "builtins.mappingproxy":
            return _pack(dict(value), depth)
    if kind.__eq__ is Mapping.__eq__:
        return _pack(dict(value.items()), depth)
    if kind.__eq__ is Set.__eq__:
        return {"k": [_pack(item, depth) for item in value]}
    if hasattr(kind, "__next__") and kind.__module__ in ("builtins", "itertools"):
        return {"n": [_pack(item, depth) for item in value]}
    return {"o": bool(value)}


_KEYS, _VALUES, _ITEMS = type({}.keys()), type({}.values()), type({}.items())


def _unpack(value: Any) -> Any:
    if type(value) is list:
        return [_unpack(item) for item in value]
    if type(value) is not dict:
        return value
    ((tag, body),) = value.items()
    return _UNPACK[tag](body)


def _items(body: Any) -> list[Any]:
    if type(body) is not list:
        raise ValueError("malformed reply")
    return [_unpack(item) for item in body]


def _distinct(keys: list[Any]) -> list[Any]:
    """Refuse keys whose hashes were made to collide: a table of them costs quadratic time."""
    if len(keys) > MAX_COLLISIONS and max(Counter(map(hash, keys)).values()) > MAX_COLLISIONS:
        raise ValueError("malformed reply")
    return keys


def _pairs(body: Any) -> dict[Any, Any]:
    pairs = _items(body)
    return dict(zip(_distinct([key for key, _ in pairs]), [item for _, item in pairs], strict=True))


def _range(body: Any) -> range:
    value = range(*body)
    if len(value) > MAX_RANGE:
        raise ValueError("malformed reply")
    return value


def _hex(body: Any) -> int:
    return int(body, 16)


def _fraction(body: Any) -> Any:
    from fractions import Fraction

    if len(body[0]) > MAX_DIGITS or len(body[1]) > MAX_DIGITS:  # its gcd costs quadratic time
        raise ValueError("malformed reply")
    return Fraction(_hex(body[0]), _hex(body[1]))


def _decimal(body: Any) -> Any:
    from decimal import Decimal

    if len(body) > MAX_DIGITS:
        raise ValueError("malformed reply")
    return Decimal(body)


_UNPACK = {
    "i": _hex,
    "t": lambda body: tuple(_items(body)),
    "d": _pairs,
    "s": lambda body: set(_distinct(_items(body))),
    "f": lambda body: frozenset(_distinct(_items(body))),
    "b": bytes.fromhex,
    "a": bytearray.fromhex,
    "c": lambda body: complex(*body),
    "u": lambda body: deque(_items(body)),
    "r": _range,
    "k": lambda body: dict.fromkeys(_distinct(_items(body))).keys(),
    "v": lambda body: dict(enumerate(_items(body))).values(),
    "m": lambda body: _pairs(body).items(),
    "q": _fraction,
    "D": _decimal,
    "n": lambda body: iter(_items(body)),
    "o": lambda body: Opaque(bool(body)),
}


def exception_name(error: BaseException) -> str:
    """The nearest built-in class of an exception; class names of the candidate's stay behind."""
    for kind in type(error).__mro__:
        module = getattr(kind, "__module__", None)  # type() makes classes that have none
        if module == "builtins" and getattr(sys.modules["builtins"], kind.__name__, 0):
            return kind.__name__
    return "Exception"
