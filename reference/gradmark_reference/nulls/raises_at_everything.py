"""Everything is there, and refuses."""

from collections.abc import Callable
from typing import NoReturn


def __getattr__(name: str) -> Callable[..., NoReturn]:
    if name.startswith("__"):
        raise AttributeError(name)

    def function(*_: object, **__: object) -> NoReturn:
        raise RuntimeError(name)

    return function
