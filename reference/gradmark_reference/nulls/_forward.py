"""What computes and keeps its flags, and knows nothing of gradients."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np


class Forward:
    """An array with PyTorch's operators and flags."""

    __array_ufunc__ = None

    def __init__(self, data: Any, requires_grad: bool = False) -> None:
        """Wrap an array; the flag is kept as it is given."""
        array: Any = data.array if isinstance(data, Forward) else np.asarray(data)
        self.array: Any = array.astype(np.float32) if array.dtype == np.float64 else array
        if requires_grad and self.array.dtype.kind != "f":
            raise RuntimeError("only floating point dtypes can require gradients")
        self.requires_grad = requires_grad
        self.grad: Forward | None = None
        self.grad_fn: Any = None
        self.sources: tuple[Forward, ...] = ()

    @property
    def is_leaf(self) -> bool:
        """Whether nothing was recorded."""
        return self.grad_fn is None

    @property
    def shape(self) -> tuple[int, ...]:
        """The array's."""
        return tuple(self.array.shape)

    @property
    def dtype(self) -> Any:
        """The array's."""
        return self.array.dtype

    @property
    def data(self) -> Any:
        """The same memory without a flag."""
        return self.detach()

    @data.setter
    def data(self, value: Forward) -> None:
        self.array = value.array

    def detach(self) -> Any:
        """Return the same memory without a flag."""
        return type(self)(self.array)

    def numpy(self) -> Any:
        """Return the array."""
        return self.array

    def requires_grad_(self, requires_grad: bool = True) -> Any:
        """Set the flag."""
        if self.grad_fn is not None and not requires_grad:
            raise RuntimeError("only leaves can change their flag")
        self.requires_grad = requires_grad
        return self

    def zero_(self) -> Any:
        """Fill the array with zeros."""
        self.array[...] = 0
        return self

    def sum(self) -> Any:
        """Add all elements up."""
        return self._result(self.array.sum())

    def _result(self, array: Any, *others: Any) -> Any:
        out = type(self)(array)
        sources = [s for s in (self, *others) if isinstance(s, Forward) and s.requires_grad]
        if sources and _mode[-1]:
            out.requires_grad, out.grad_fn, out.sources = True, object(), tuple(sources)
        return out

    def _change(self, array: Any) -> Any:
        if self.requires_grad and _mode[-1]:
            raise RuntimeError("a leaf can't be changed in place")
        self.array[...] = array
        return self

    def __add__(self, other: Any) -> Any:
        return self._result(self.array + _plain(other), other)

    def __sub__(self, other: Any) -> Any:
        return self._result(self.array - _plain(other), other)

    def __rsub__(self, other: Any) -> Any:
        return self._result(_plain(other) - self.array, other)

    def __mul__(self, other: Any) -> Any:
        return self._result(self.array * _plain(other), other)

    def __truediv__(self, other: Any) -> Any:
        return self._result(self.array / _plain(other), other)

    def __rtruediv__(self, other: Any) -> Any:
        return self._result(_plain(other) / self.array, other)

    def __pow__(self, other: Any) -> Any:
        return self._result(self.array ** _plain(other), other)

    def __neg__(self) -> Any:
        return self._result(-self.array)

    __radd__, __rmul__ = __add__, __mul__

    def __iadd__(self, other: Any) -> Any:
        return self._change(self.array + _plain(other))

    def __isub__(self, other: Any) -> Any:
        return self._change(self.array - _plain(other))

    def __imul__(self, other: Any) -> Any:
        return self._change(self.array * _plain(other))

    def __getitem__(self, key: Any) -> Any:
        return self._result(self.array[key])

    def __setitem__(self, key: Any, value: Any) -> None:
        self.array[key] = _plain(value)


def _plain(value: Any) -> Any:
    return value.array if isinstance(value, Forward) else value


_mode = [True]


@contextmanager
def set_grad_enabled(mode: bool) -> Iterator[None]:
    """Switch the flags of results on or off."""
    _mode.append(mode)
    try:
        yield
    finally:
        _mode.pop()


def no_grad() -> Any:
    """Switch the flags of results off."""
    return set_grad_enabled(False)
