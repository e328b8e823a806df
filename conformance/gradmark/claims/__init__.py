"""The claims that the documents make: a module or more a chapter, nothing but claims."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from gradmark.claims.claim import DOCUMENTS, Claim, Document

__all__ = ["DOCUMENTS", "ORDER", "Claim", "Document", "load_claims"]

ORDER = (
    "leaf",
    "backward",
    "gradient_argument",
    "accumulation",
    "zeroing",
    "lifetime",
    "grad_mode",
    "detach",
    "data",
    "inplace",
    "operators",
    "tensors_making",
    "tensors_kinds",
    "tensors_shapes",
    "training",
)


@cache
def load_claims() -> tuple[Claim, ...]:
    """Return all claims, chapter by chapter.

    Raises ValueError for a doubled id, and for a module that `ORDER` does not list.
    """
    unlisted = {m.name for m in iter_modules(__path__)} - {*ORDER, "claim"}
    if unlisted:
        message = f"modules that ORDER does not list: {', '.join(sorted(unlisted))}"
        raise ValueError(message)
    claims: list[Claim] = []
    for name in ORDER:
        claims += import_module(f"{__name__}.{name}").CLAIMS
    names = [claim.id for claim in claims]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        message = f"claims with one id: {', '.join(doubled)}"
        raise ValueError(message)
    return tuple(claims)
