"""How a script calls a library: PyTorch's names with the library's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

HERE = "{}"
"""Where the value stands in a form, as in ``lib.exp({})``."""

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
    ``read`` is an expression that has the numbers of a ``value`` whose own print shows none.
    ``$NAME`` is a variable of the environment that the library is imported with, and ``import
    MODULE`` what is imported besides it; ``# TEXT`` is said in front of everything.
    """
    imports: set[str] = field(default_factory=set)
    reads: bool = False
    """Whether the script turns out to print by ``read``."""

    def path(self, path: str) -> str:
        """Return a name of the library."""
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

    @property
    def reading(self) -> str:
        """The expression that reads a value, or nothing."""
        return self.names.get("read", "")

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
