"""``gradmark init``: an assignment file to start from."""

from __future__ import annotations

from pathlib import Path

from gradmark import behaviour as registry
from gradmark.assignment_file import default_text
from gradmark.errors import GradmarkError


def written(file: Path, backend: str, profile: str) -> str:
    """Write the file and say what to do with it. Raises `GradmarkError` where one is there."""
    text = default_text(registry.load_spec(), backend=backend, profile=profile)
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise GradmarkError(
            "file-exists", f"{file} is there already", hint="name another: gradmark init other.toml"
        ) from None
    except OSError as error:
        raise GradmarkError(
            "unwritable-output", f"{file} can't be written", cause=str(error)
        ) from None
    return f"{file} written; grade with: gradmark run --assignment={file}"
