"""Text of a library made harmless: what can't be seen is written out, what is endless is cut."""

from __future__ import annotations

import re

LIMIT = 4_000
"""Characters of one text that a report shows."""

_UNSEEN = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls, ANSI escapes among them; not tab and newline
    "\u00ad\u200b\u2060-\u2064\ufeff"  # nothing to see
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # reorders its neighbours
    "\u2028\u2029\ufff9-\ufffb\ufffe\uffff"  # line ends in disguise, annotations, noncharacters
    "\ud800-\udfff"  # half a character
    "\U000e0000-\U000e007f"  # tags
    "]"
)


def visible(text: str, limit: int = LIMIT, *, tail: bool = False) -> str:
    r"""Return text in which every invisible character is an escape such as ``\x1b``.

    What is longer than the limit loses its end, or its beginning with ``tail``, and says how much.
    """
    left = len(text) - limit
    if left <= 0 and text.isascii() and text.isprintable():
        return text  # most texts, and there are very many
    if left > 0:
        text = text[left:] if tail else text[:limit]
    shown = _UNSEEN.sub(_escape, text)
    if left > 0:
        cut = f"({left:,} characters cut)"
        return f"{cut} …{shown}" if tail else f"{shown}… {cut}"
    return shown


def visible_line(text: str, limit: int = LIMIT) -> str:
    """Return visible text on one line: names, titles and whatever else a new line would break."""
    return visible(text, limit).replace("\n", "\\n").replace("\t", "\\t")


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    if character == "\r":
        return "\\r"
    code = ord(character)
    if code < 0x100:  # noqa: PLR2004 - Python's own three spellings
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004
