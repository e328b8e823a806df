"""``gradmark new-adapter``: a class to begin with, for a library that spells things its own way."""

from __future__ import annotations

import keyword
import re
from importlib.resources import files
from pathlib import Path

from gradmark.errors import GradmarkError, near

KINDS = ("renamed", "scalar", "returned", "functional")


def written_adapter(name: str, module: str, kind: str, folder: Path) -> list[str]:
    """Write ``NAME_adapter.py`` into a folder and say what to do with it.

    Raises `GradmarkError` for a name that Python would not take, and where the file is there.
    """
    module = module or name
    if kind not in KINDS:
        raise GradmarkError(
            "unknown-kind",
            f"there is no kind of adapter {kind!r}",
            hint=near(kind, KINDS) or f"one of {', '.join(KINDS)}",
        )
    for what, text in (("name", name), ("module", module)):
        parts = text.split(".") if what == "module" else [text]
        if not all(part.isidentifier() and not keyword.iskeyword(part) for part in parts):
            raise GradmarkError(
                "bad-name",
                f"{text!r} can't be the {what} of something that Python imports",
                hint="letters, digits and underscores; --module=package.engine says what to import",
            )
    kind_name = "".join(part[:1].upper() + part[1:] for part in re.split("_+", name)) or "Mine"
    skeleton = files("gradmark_cli.skeletons").joinpath(f"{kind}.py").read_text(encoding="utf-8")
    text = skeleton.replace("Skeleton", kind_name).replace("MODULE", module).replace("NAME", name)
    path = folder / f"{name}_adapter.py"
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise GradmarkError(
            "file-exists", f"{path.name} is there already", hint="choose another name, or move it"
        ) from None
    except OSError as error:
        raise GradmarkError(
            "unwritable-output", f"{path.name} can't be written", cause=str(error)
        ) from None
    return [
        f"{path.name} written, for {module} ({kind})",
        "fill in what is called otherwise there, then try it:",
        f"  gradmark smoke --backend={path.stem}:{kind_name}",
        f"  gradmark run --backend={path.stem}:{kind_name}",
    ]
