"""What ``--backend=X`` was resolved to: all that a worker needs to open the library under test.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from typing import Any

NEEDS = {
    "compiler": "may start processes, run programs and change modes of files, to compile",
    "memory": "has no limit of address space",
    "threads": "takes as many threads as it likes, and no limit of address space",
    "gpu": "may use the machine's GPUs, and has no limit of address space",
}
"""What an adapter can declare in ``needs``, and what its library's workers are then allowed."""

DTYPES = ("", "float32", "float64")
"""The only dtype that a library may have: a coarser one would be a wide tolerance for a word."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How to open one library.

    ``kind`` is ``ready`` (an adapter of ours, ``target`` is ``module:Class`` inside
    `gradmark_backends`), ``adapter`` (``module:object`` of somebody else's), ``path`` (a file or
    folder, taken to be PyTorch-shaped), ``module`` (an importable name, likewise) or ``command``
    (a program that is no Python library and speaks the worker's protocol).
    ``environment`` is set before anything is imported. ``search_path`` is put in front of the
    worker's ``sys.path``, in this order.
    """

    name: str
    kind: str
    target: str
    search_path: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    python: str = ""
    tried: bool = True
    """Whether recognition may call ``backward``; not again where that has cost a worker."""

    chosen: str = ""
    """The class that was named after ``::``, where there are several engines."""

    table: tuple[tuple[str, str], ...] = ()
    """What a file says about how the engine is spelt, as keys such as ``value.attribute``."""
    packages: tuple[str, ...] | None = None
    """The distributions that may be imported besides NumPy; None where all of them may."""
    home: tuple[str, ...] = ()
    """The library's own files, where not all of the search path is to be read."""
    hidden: tuple[str, ...] = ()
    """Files and folders inside of it that are none of the library's business."""
    needs: tuple[str, ...] = ()
    """What the library needs beyond others: see `NEEDS`."""

    @property
    def has_adapter(self) -> bool:
        """Say whether somebody claims a profile for it, so that nothing has to be recognised."""
        return self.kind in {"ready", "adapter", "command"}

    def to_json(self) -> dict[str, Any]:
        """Return the plan as plain JSON data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Plan:
        """Rebuild a plan from `to_json`."""
        lists = {name: tuple(value) for name, value in data.items() if isinstance(value, list)}
        return cls(**{**data, **lists})


@dataclass(frozen=True, slots=True)
class Opened:
    """What opening a library found out, told by the worker in its first answer.

    ``recognised`` are lines such as ``leaf: Tensor(data, requires_grad=True)`` for the header and
    the report, ``spelling`` PyTorch's names with the library's, for scripts; ``scalar_shape`` and
    ``dtype`` are the conventions that the judge normalises. ``profile`` is the largest that the
    adapter claims.
    """

    library: str
    version: str = ""
    adapter: str = ""
    where: str = ""
    profile: str = "tensor"
    delivery: str = "attribute"
    recognised: tuple[str, ...] = ()
    spelling: tuple[tuple[str, str], ...] = ()
    scalar_shape: tuple[int, ...] = ()
    dtype: str = ""
    table: tuple[tuple[str, str], ...] = ()
    """How an engine without an adapter was recognised, as `Plan.table` takes it back."""

    needs: tuple[str, ...] = ()
    import_seconds: float = 0.0
    """What opening took, nearly all of it the library's own import."""

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON data."""
        return asdict(self)


CODES = frozenset(
    (
        "import-failed",  # with its own traceback, trimmed
        "syntax-error",
        "not-recognised",  # what was looked for, and what was tried
        "several-engines",
        "no-such-class",
        "two-gradients",
        "bad-archive",
        "no-adapter-object",
        "another-library",
        "not-found",
        "no-walls",
    )
)
"""Why a library can't be opened."""


class CannotOpen(Exception):
    """The library can't be opened; ``code`` says why, for the host to phrase.

    ``code`` is one of `CODES`.
    """

    def __init__(self, code: str, message: str, *, cause: str = "", hint: str = "") -> None:
        """Keep the parts apart; they cross the process boundary as JSON."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.cause = cause
        self.hint = hint


def distribution(requirement: str) -> str:
    """Return the name of what a requirement asks for: jax of ``jax==0.10.2``."""
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
