"""How a script for people writes what an adapter translates.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradmark_backends.adapter import Adapter

FACTORIES = ("ones", "zeros", "full")
"""The calls that make a tensor of one number, and that a library may do without."""

NOTES = {
    "returned": "# not to be run as it is: here gradients are returned",
    "transform": "# not to be run as it is: the library is given this as one function",
}
"""What a script says first where gradients are no attribute."""

FUNCTIONS = (
    "abs add amax amin any arange argmax cat chunk clamp cos cross cumprod cumsum diagonal div "
    "dot exp expand expm1 eye flatten flip floor fmod full_like gather index_add index_select "
    "linspace log log1p log_softmax logsumexp masked_fill masked_select matmul max maximum mean "
    "median min minimum movedim mul norm ones_like outer permute pow prod reciprocal relu "
    "remainder repeat repeat_interleave reshape roll round rsqrt scatter scatter_add sigmoid sign "
    "sin softmax sort split sqrt square squeeze stack std sub sum take tanh topk trace transpose "
    "tril triu unbind unsqueeze var where zeros_like"
).split()
"""What PyTorch has as functions, most of it also as methods."""


def spelt(adapter: Adapter) -> dict[str, str]:
    """Return PyTorch's names with the library's, in the keys of `gradmark.spelling.Spelling`."""
    note = NOTES.get(adapter.delivery)
    return {
        **({note: ""} if note else {}),
        **{name: adapter.factory_name(name) for name in FACTORIES},
        **dict(_functions(adapter)),
        **dict(_aliases(adapter)),
        **{f"{word}=": own for word, own in adapter.keywords.items()},
        **{f"${name}": value for name, value in adapter.environment.items()},
        **{f"import {module}": "" for module in adapter.also},
        **adapter.written,
    }


def _aliases(adapter: Adapter) -> Iterator[tuple[str, str]]:
    """Yield what is named otherwise; a function with the place where it is found."""
    for name, alias in adapter.aliases.items():
        if isinstance(alias, str):
            method = name.startswith(".")
            yield name, alias if method else adapter.path_of(alias) or alias


def _functions(adapter: Adapter) -> Iterator[tuple[str, str]]:
    """Yield functions that are elsewhere, and methods that are functions or named otherwise."""
    for name in FUNCTIONS:
        alias = adapter.aliases.get(name, name)
        path = adapter.path_of(alias) if isinstance(alias, str) else ""
        kinds = [kind for kind in adapter.kinds if hasattr(kind, name)]
        if path and path != name:
            yield name, path
        elif kinds and not path and alias == name:
            yield name, f"{adapter.path_of(kinds[0].__name__)}.{name}".strip(".")
        if path and not kinds and f".{name}" not in adapter.aliases:
            yield f".{name}()", f"lib.{path}({{}})"
