"""The stand-in for a value of the library: every operation on it becomes a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from gradmark.errors import Unfaithful

if TYPE_CHECKING:
    from gradmark.recorder import Recorder

_RESERVED = ("_gm_",)


class Recorded:
    """A value that exists only while a behaviour is recorded.

    It dies when the body lets go of it, exactly as a tensor in the same place would, and its death
    becomes a ``release`` step.
    """

    __slots__ = ("_gm_deleted", "_gm_owner", "_gm_recorder", "_gm_slot")
    _gm_deleted: bool
    _gm_owner: Recorded | None
    _gm_recorder: Recorder
    _gm_slot: int
    __array_ufunc__ = None  # an ndarray on the left leaves the operation to us

    def __init__(self, recorder: Recorder, slot: int, owner: Recorded | None = None) -> None:
        set_ = object.__setattr__
        set_(self, "_gm_recorder", recorder)
        set_(self, "_gm_slot", slot)
        # An attribute that was just read keeps its object alive until we know whether it is called:
        # a bound method holds its object, a plain attribute does not.
        set_(self, "_gm_owner", owner)
        set_(self, "_gm_deleted", False)

    @property  # type: ignore[misc]
    def __class__(self) -> NoReturn:  # type: ignore[override]
        # Asked by isinstance() of any other type than this one, whoever calls it.
        raise Unfaithful("`isinstance()`", self._gm_recorder.where(), "lib.kind(value)")

    def __del__(self) -> None:
        self._gm_recorder.release(self._gm_slot, deleted=self._gm_deleted)

    def __getattr__(self, name: str) -> Recorded:
        if name.startswith("__") or name.startswith(_RESERVED):
            raise AttributeError(name)
        return self._gm_recorder.read_attribute(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._gm_recorder.add("setattr", name, (self, value))

    def __delattr__(self, name: str) -> None:
        self._gm_recorder.add("delattr", name, (self,))

    def __getitem__(self, key: Any) -> Recorded:
        return self._gm_recorder.value("index", "", (self, key))

    def __setitem__(self, key: Any, value: Any) -> None:
        self._gm_recorder.add("setindex", "", (self, key, value))

    def __call__(self, *args: Any, **kwargs: Any) -> Recorded:  # noqa: D102 - it calls
        return self._gm_recorder.call_value(self, args, kwargs)

    def __enter__(self) -> Any:
        return self._gm_recorder.enter(self)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._gm_recorder.leave(error)


class Named:
    """A name of the library: called, it is a call; used as a value, it is a symbol."""

    __slots__ = ("_gm_path", "_gm_recorder")
    __array_ufunc__ = None
    _gm_is_the_librarys = True
    _gm_path: str
    _gm_recorder: Recorder

    def __init__(self, recorder: Recorder, path: str) -> None:
        self._gm_recorder = recorder
        self._gm_path = path

    def __getattr__(self, name: str) -> Named:
        if name.startswith("__"):
            raise AttributeError(name)
        return Named(self._gm_recorder, f"{self._gm_path}.{name}")

    def __call__(self, *args: Any, **kwargs: Any) -> Recorded:  # noqa: D102 - it calls
        return self._gm_recorder.value("call", self._gm_path, args, kwargs)


def _refuse(what: str, instead: str) -> Any:
    def method(self: Recorded | Named, *_: Any, **__: Any) -> NoReturn:
        raise Unfaithful(what, self._gm_recorder.where(), instead)

    return method


_BRANCH = "a branch on a recorded value (`if`, `while`, `and`, `or`, `not`)"
_REFUSED = {
    "__iter__": ("iterating over a recorded value", "lib.unpack(value, n)"),
    "__len__": ("`len()` of a recorded value", "lib.length(value)"),
    "__bool__": (_BRANCH, "both cases as observations, or two behaviours"),
    "__float__": ("`float()` of a recorded value", "value.item(), and observe it"),
    "__int__": ("`int()` of a recorded value", "value.item(), and observe it"),
    "__complex__": ("`complex()` of a recorded value", "value.item(), and observe it"),
    "__index__": ("a recorded value as an index or a count", "a plain number"),
    "__format__": ("an f-string of a recorded value", "lib.text(value)"),
    "__str__": ("`str()` of a recorded value", "lib.text(value)"),
    "__repr__": ("`repr()` of a recorded value", "lib.text(value)"),
    "__contains__": ("`in` on a recorded value", "an observation of the elements"),
    "__array__": ("a recorded value as a NumPy array", "lib.host.numpy.asarray(value)"),
    "__reversed__": ("`reversed()` of a recorded value", "lib.unpack(value, n)"),
    "__round__": ("`round()` of a recorded value", "the exact value, and observe it"),
    "__divmod__": ("`divmod()` of a recorded value", "value // other and value % other"),
    "__rdivmod__": ("`divmod()` of a recorded value", "other // value and other % value"),
    "__delitem__": ("`del` of an item", "a new value without it"),
    "__hash__": ("a set or a dict of recorded values", "a list"),
    "__copy__": ("`copy.copy()` of a recorded value", "lib.host.copy(value)"),
    "__deepcopy__": ("`copy.deepcopy()` of a recorded value", "lib.host.deepcopy(value)"),
    "__reduce_ex__": ("pickling of a recorded value", "lib.host.deepcopy(value)"),
}
for _name, (_what, _instead) in _REFUSED.items():
    setattr(Recorded, _name, _refuse(_what, _instead))
    setattr(Named, _name, _refuse(_what.replace("recorded value", "name of lib"), _instead))
Named.__enter__ = Named.__exit__ = _refuse(  # type: ignore[attr-defined]
    "a block of a name of lib that is not called", "with lib.name():"
)

BINARY = "add sub mul truediv floordiv mod pow matmul and or xor lshift rshift".split()
COMPARISONS = "eq ne lt le gt ge".split()
UNARY = "neg pos abs invert".split()


def _binary(name: str) -> Any:
    def forward(self: Recorded | Named, other: Any, *modulus: Any) -> Recorded:
        if modulus:
            raise Unfaithful("`pow()` with a modulus", self._gm_recorder.where(), "value ** other")
        return self._gm_recorder.value("binary", name, (self, other))

    return forward


def _reflected(name: str) -> Any:
    def backward(self: Recorded | Named, other: Any) -> Recorded:
        return self._gm_recorder.value("binary", name, (other, self))

    return backward


def _inplace(name: str) -> Any:
    def change(self: Recorded, other: Any) -> Recorded:
        return self._gm_recorder.value("inplace", name, (self, other))

    return change


def _unary(name: str) -> Any:
    def apply(self: Recorded | Named) -> Recorded:
        return self._gm_recorder.value("unary", name, (self,))

    return apply


for _class in (Recorded, Named):
    for _name in BINARY:
        setattr(_class, f"__{_name}__", _binary(_name))
        setattr(_class, f"__r{_name}__", _reflected(_name))
    for _name in COMPARISONS:
        setattr(_class, f"__{_name}__", _binary(_name))
    for _name in UNARY:
        setattr(_class, f"__{_name}__", _unary(_name))
for _name in BINARY:
    setattr(Recorded, f"__i{_name}__", _inplace(_name))
