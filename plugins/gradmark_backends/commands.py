"""Backends that are no Python libraries: any program that speaks the worker's protocol."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from gradmark.errors import GradmarkError
from gradmark_backends.plan import Plan

PREFIX = "cmd:"
PROTOCOL = "conformance/docs/protocol.md"

READ, WRITE = "GRADMARK_READ", "GRADMARK_WRITE"
"""The variables that tell a program the numbers of its two descriptors."""

_LIMITED = """\
import json, os, resource, sys
for name, value in json.loads(sys.argv[1]).items():
    number = getattr(resource, name)
    hard = resource.getrlimit(number)[1]
    most = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(number, (most, most))
os.execv(sys.argv[2], sys.argv[2:])
"""


def command_plan(text: str, folder: Path) -> Plan:
    """Return the plan for ``cmd:PROGRAM ARGUMENT…``, which a shell would split into words so.

    The program is looked up in PATH and in ``folder``, and arguments that name files there become
    absolute: a worker runs in a folder of its own. Raises `GradmarkError` where there is none.
    """
    try:
        words = shlex.split(text.removeprefix(PREFIX))
    except ValueError as error:
        raise GradmarkError(
            "no-command",
            f"--backend={text}: {error}",
            hint="--backend='cmd:PROGRAM ARGUMENT', quoted once more for the shell",
        ) from None
    found = words and (shutil.which(words[0]) or shutil.which(words[0], path=str(folder)))
    if not found:
        raise GradmarkError(
            "no-command",
            f"--backend={text}: there is no program {words[0] if words else '(nothing)'!r}",
            cause=f"looked for an executable file in {folder} and in PATH",
            hint=f"--backend='cmd:PROGRAM ARGUMENT'; what it has to say is in {PROTOCOL}",
        )
    rest = [_here(word, folder) or word for word in words[1:]]
    return Plan(text, "command", shlex.join([os.path.abspath(found), *rest]))  # noqa: PTH100 - resolve() follows links


def _here(word: str, folder: Path) -> str:
    """Return the absolute path of a file or folder that a word names, or nothing."""
    path = folder / Path(word).expanduser()
    # Links stay, which resolve() follows: a virtual environment's interpreter is one.
    return os.path.abspath(path) if path.exists() else ""  # noqa: PTH100


def spawned(
    plan: Plan,
    scratch: Path,
    pipes: tuple[int, int],
    output: int,
    limits: dict[str, int],
    environment: dict[str, str],
) -> subprocess.Popen[bytes]:
    """Start the program that a plan names. Raises OSError.

    Its address space has no limit: runtimes that compile reserve more of it than they use.
    """
    kept = {name: value for name, value in limits.items() if name != "RLIMIT_AS"}
    reading, writing = pipes
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _LIMITED, json.dumps(kept), *shlex.split(plan.target)],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        cwd=scratch,
        env={**environment, READ: str(reading), WRITE: str(writing)},
        pass_fds=pipes,
        start_new_session=True,
    )
