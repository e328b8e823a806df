"""One object that accepts everything and returns itself."""

from __future__ import annotations

from typing import Any

_METHODS = (
    "call getitem setitem enter exit add radd sub rsub mul rmul truediv rtruediv pow rpow neg "
    "matmul rmatmul iadd isub imul itruediv lt le gt ge eq ne abs"
).split()


class Tensor:
    """Agrees to whatever is asked."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __setattr__(self, name: str, value: Any) -> None:
        """Keep nothing."""

    __hash__ = object.__hash__


def _same(self: Tensor, *_: object, **__: object) -> Tensor:
    return self


for _method in _METHODS:
    setattr(Tensor, f"__{_method}__", _same)

_it = Tensor()


def __getattr__(name: str) -> Tensor:
    if name.startswith("__"):
        raise AttributeError(name)
    return _it
