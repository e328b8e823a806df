"""Adapters without code: a TOML file that says how an engine is spelt, read and written."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gradmark.errors import GradmarkError, near
from gradmark_backends.recognition.spelling import CHOICES, KEYS, OPEN

_BARE = re.compile(r"[A-Za-z0-9_-]+")
SIZE_LIMIT = 1 << 16
"""Bytes of a table beyond which it is none."""

HEAD = """\
# How Gradmark reads this engine. Correct what is wrong, leave out what is to be tried again,
# and give it back: --backend=FILE.toml
"""

PLACES = ("engine.file", "engine.folder")
"""Keys that are seen from the table's own folder."""

Table = tuple[tuple[str, str], ...]


def read_table(path: Path) -> Table:
    """Read a table. Raises `GradmarkError`, naming the key, for what no table says."""
    data = _loaded(path)
    rows: dict[str, str] = {}
    for section, body in data.items():
        if not isinstance(body, dict):
            raise _wrong(path, f"{section!r} stands outside of a section", "[engine] comes first")
        for key, value in body.items():
            name = f"{section}.{key}"
            if section not in OPEN and name not in KEYS:
                raise _wrong(path, f"there is no {name!r}", near(name, KEYS))
            if not isinstance(value, str):
                raise _wrong(path, f"{name} is no text", f'{key} = "…"')
            if value not in CHOICES.get(name, (value,)):
                raise _wrong(path, f"{name} = {value!r}", f"one of {', '.join(CHOICES[name])}")
            rows[name] = value
    if ("engine.file" in rows) == ("engine.module" in rows):
        raise _wrong(path, "[engine] needs either file or module", 'file = "engine.py"')
    return tuple(rows.items())


def _loaded(path: Path) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        try:
            import tomli as tomllib
        except ImportError:
            raise GradmarkError(
                "no-toml", "tables need tomli on Python 3.10", hint="pip install tomli"
            ) from None
    try:
        text = path.read_text(encoding="utf-8")
        if len(text) > SIZE_LIMIT:
            raise ValueError("it is too large for a table")
        loaded: dict[str, Any] = tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise _wrong(path, str(error), "gradmark recognise writes one") from None
    return loaded


def _wrong(path: Path, what: str, hint: str = "") -> GradmarkError:
    return GradmarkError("bad-table", f"{path}: {what}", hint=hint)


def written_table(rows: Iterable[tuple[str, str]], beside: Path) -> str:
    """Return a table as TOML with a comment beside each key; files are seen from a folder."""
    sections: dict[str, list[str]] = {}
    for name, value in rows:
        section, _, key = name.partition(".")
        shown = _seen_from(value, beside) if name in PLACES else value
        quoted = key if _BARE.fullmatch(key) else json.dumps(key)
        line = f"{quoted} = {json.dumps(shown, ensure_ascii=False)}"
        comment = KEYS.get(name, "")
        sections.setdefault(section, []).append(f"{line:<32}  # {comment}" if comment else line)
    for section in OPEN:
        sections.setdefault(section, [_EXAMPLES[section]])
    parts = [f"[{section}]\n" + "\n".join(lines) for section, lines in sections.items()]
    return HEAD + "\n" + "\n\n".join(parts) + "\n"


_EXAMPLES = {
    "names": '# PyTorch\'s names with the engine\'s; "" where there is none: ".item" = "scalar"',
    "keywords": "# PyTorch's keywords with the engine's: dim = \"axis\"",
}


def _seen_from(value: str, folder: Path) -> str:
    try:
        return Path(os.path.relpath(value, folder)).as_posix()
    except ValueError:
        return value
