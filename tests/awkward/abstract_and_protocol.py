# task: HumanEval/53
# expect: passed
# why: Abstract classes, protocols, generics, properties, slots.
    return Adder[int](x)(y).value
from abc import ABC, abstractmethod
from typing import Generic, Protocol, TypeVar, runtime_checkable, overload, ClassVar, Final, Literal
T = TypeVar("T")
@runtime_checkable
class HasValue(Protocol):
    value: int
class Base(ABC):
    @abstractmethod
    def __call__(self, other): ...
class Adder(Base, Generic[T]):
    __slots__ = ("_v",)
    kind: ClassVar[str] = "adder"
    def __init__(self, v: T): self._v = v
    @property
    def value(self) -> T: return self._v
    def __call__(self, other): return type(self)(self._v + other)
assert isinstance(Adder(1), HasValue)
