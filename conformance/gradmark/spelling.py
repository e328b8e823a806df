"""How a script calls a library: PyTorch's names with the library's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

HERE = "{}"
"""Where the value stands in a form, as in ``lib.exp({})``."""

HELPERS = {"leaf_of": "data, requires_grad=False", "read": "value"}
"""Functions of ours that a script may begin with, and their parameters."""

_OPPOSITE = {"True": "False", "False": "True"}


@dataclass(slots=True)
class Spelling:
    """How a script calls the library, and the modules that it turns out to need."""

    root: str
    names: Mapping[str, str] = field(default_factory=dict)
    """PyTorch's names with the library's; with a full stop in front, of methods and attributes.

    A call or an attribute that is written otherwise has a form, in which ``{}`` stands for the
    value or the first argument: ``.exp()`` is ``lib.exp({})``, whose further arguments come after
    it, ``.requires_grad`` is ``not {}.constant``, and ``.grad = None`` is ``{}.null_grad()``.
    ``dim=`` has the library's keyword. ``requires_grad`` has what is written instead of
    ``requires_grad=True``, which may be nothing.
    ``ones``, ``zeros`` and ``full`` have nothing where a leaf of literal numbers is written;
    those that have a name take their shape as one tuple, and so does ``scalar``, which makes a leaf
    of one number. ``no_grad()`` has what stands for the call with its parentheses.
    ``read`` and ``leaf_of`` are the bodies of `HELPERS`, for a library whose own print shows no
    numbers, or that makes a leaf by more than one call; ``first`` is what it is told at the start.
    ``$NAME`` is a variable of the environment that the library is imported with, and ``import
    MODULE`` what is imported besides it; ``# TEXT`` is said in front of everything.
    """
    imports: set[str] = field(default_factory=set)
    helpers: set[str] = field(default_factory=set)
    """Which of `HELPERS` the script turns out to need."""

    def path(self, path: str) -> str:
        """Return a name of the library."""
        if path == "tensor" and self.helped("leaf_of"):
            return "leaf_of"
        return f"{self.root}.{self.names.get(path) or path}"

    def form(self, name: str) -> str:
        """Return the form in which something is written, or nothing."""
        found = self.names.get(name, "")
        return found if HERE in found else ""

    def member(self, name: str) -> str:
        """Return the name of a method or attribute."""
        found = self.names.get(f".{name}", name)
        return name if HERE in found else found

    def keyword(self, name: str, value: str) -> str:
        """Return a keyword argument, or nothing where the library has no such notion."""
        written = self.names.get(name) if name == "requires_grad" else None
        if written is None or value not in _OPPOSITE:
            return f"{self.names.get(f'{name}=', name)}={value}"
        if value == "True" or not written:
            return written
        flag, _, flagged = written.partition("=")
        return f"{flag}={_OPPOSITE.get(flagged, value)}"

    def helped(self, name: str) -> bool:
        """Say whether there is a helper of this name, which is then part of the script."""
        if name in self.names:
            self.helpers.add(name)
        return name in self.names

    def before(self) -> Iterator[str]:
        """Yield the lines in front of the import of the library."""
        yield from (key for key in self.names if key.startswith("# "))
        variables = [(key[1:], value) for key, value in self.names.items() if key[:1] == "$"]
        if variables:
            yield "import os"
            yield ""
        for variable, value in variables:
            yield f'os.environ.setdefault("{variable}", "{value}")'
        yield from (key for key in self.names if key.startswith("import "))

    def after(self) -> Iterator[tuple[str, bool]]:
        """Yield the lines behind all imports, and whether each is part of a definition."""
        yield from ((line, False) for line in self.names.get("first", "").splitlines())
        for name in sorted(self.helpers):
            yield f"def {name}({HELPERS[name]}):", False
            for line in self.names[name].splitlines():
                yield f"    {line}", True
