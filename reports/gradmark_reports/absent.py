"""What a missing verdict means for whoever writes the library: what to add, by what is absent."""

from __future__ import annotations

import re
from collections.abc import Callable

from gradmark.surface import SIGNS
from gradmark.verdict import Detail

_PLAIN = frozenset("NoneType int float bool complex str list tuple dict ndarray function".split())
_SIGNS = {
    **{sign: name for name, sign in SIGNS.items() if name not in {"neg", "pos", "invert"}},
    "** or pow()": "pow",
}
_UNARY = {SIGNS[name]: name for name in ("neg", "pos", "invert")}
_ELSEWHERE = "Where it is there under another name, a table or the adapter says so."


def advice(detail: Detail) -> str:
    """Say what is to be added where a name, an operator or a keyword is absent."""
    for pattern, says in _ADVICE:
        if found := re.search(pattern, detail.lacks):
            return says(found)
    return f"Nothing is wrong yet: this is not there. {_ELSEWHERE}"


def _operator(found: re.Match[str]) -> str:
    sign, left, right = found.groups()
    name = _SIGNS.get(sign, sign)
    for side in (left, right):
        if side in _PLAIN - {"int", "float"}:
            return _made(side)
    if left in _PLAIN:
        return (
            f"Python asks the {left} first, then {right} for __r{name}__, and there is none: write "
            "it, with the number as the left operand."
        )
    takes = f" that takes a plain {right}" if right in _PLAIN else ""
    return f"Python asks {left} for a __{name}__{takes}, and there is none: write it."


def _made(kind: str) -> str:
    if kind == "NoneType":
        return "It is asked of None: what made that gives nothing back, or was never filled."
    article = "an" if kind[0] in "aeiou" else "a"
    return f"It is asked of {article} {kind}, where PyTorch has a tensor: look at what made that."


def _attribute(found: re.Match[str]) -> str:
    owner, name = found.groups()
    if owner in _PLAIN:
        return _made(owner)
    if owner.startswith("module "):
        return f"There is no {name} in {owner}: write it there. {_ELSEWHERE}"
    return f"{owner} has no {name}: write it as a method or attribute. {_ELSEWHERE}"


def _unary(found: re.Match[str]) -> str:
    sign, owner = found.groups()
    return f"Python asks {owner} for __{_UNARY.get(sign, sign)}__, and there is none: write it."


def _in_place(found: re.Match[str]) -> str:
    owner, sign = found.groups()
    return (
        f"Without __i{_SIGNS.get(sign, sign)}__, x {sign}= … gives the name a new {owner} instead "
        "of changing the old one: write it, and let it return self."
    )


def _ordered(found: re.Match[str]) -> str:
    sign, owner = found.groups()
    return f"Python asks {owner} for __{_SIGNS.get(sign, sign)}__, and there is none: write it."


def _to(text: str) -> Callable[[re.Match[str]], str]:
    return lambda found: text.format(*found.groups())


_ADVICE: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"^unsupported operand type\(s\) for (.+?): '(\w+)' and '(\w+)'", _operator),
    (r"^bad operand type for unary (.): '(\w+)'", _unary),
    (r"^'(.{1,2})' not supported between instances of '(\w+)'", _ordered),
    (r"^(\w+) has no in-place (\S+)=", _in_place),
    (r"^(module [\w.]+|\w+) has no attribute '(\w+)'", _attribute),
    (
        r"^(\S+)\(\) got an unexpected keyword argument '(\w+)'",
        _to("{0} takes no {1}: give it that parameter. " + _ELSEWHERE),
    ),
    (
        r"^(\S+)\(\) takes .* (?:was|were) given",
        _to("{0} takes no such argument: give it one more parameter."),
    ),
    (
        r"^(\S+)\(\) missing \d+ required",
        _to("{0} wants what PyTorch's does not: give that parameter a default."),
    ),
    (
        r"^'(\w+)' object is not subscriptable",
        _to("Python asks {0} for __getitem__, and there is none: write it, with its way back."),
    ),
    (
        r"^'(\w+)' object does not support item assignment",
        _to("Python asks {0} for __setitem__, and there is none: write it."),
    ),
    (
        r"^'(\w+)' object is not callable",
        _to("{0} is called like a function, or stands above one with @: write its __call__."),
    ),
    (
        r"^(\w+) is no context manager",
        _to("with asks {0} for __enter__ and __exit__, and they are not there: write both."),
    ),
    (
        r"holds single numbers$",
        _to("An engine of single numbers can't be asked this: --profile=scalar is what it holds."),
    ),
    (r"^it raises NotImplementedError", _to("It is there by name, and left to be written.")),
)
