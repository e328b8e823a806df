"""``gradmark recognise``: how an engine without an adapter is spelt, as a file."""

from __future__ import annotations

from pathlib import Path

from gradmark.errors import GradmarkError
from gradmark_reports.visible import visible_line


def recognised(backend: str, python: str, isolation: int) -> str:
    """Open a library, and return its table with what was seen. Raises `GradmarkError`."""
    from gradmark_backends.backend import open_backend
    from gradmark_backends.resolve import resolve
    from gradmark_backends.table_file import written_table

    here = Path.cwd()
    plan = resolve(backend, rootdir=here, invocation_dir=here, python=python)
    if plan.has_adapter:
        raise GradmarkError(
            "has-adapter",
            f"{plan.name} has an adapter, so nothing is recognised about it",
            hint=f"--backend={plan.name}",
        )
    with open_backend(plan, isolation=isolation) as opened:
        rows, lines = opened.table, opened.info.recognised
    seen = "".join(f"# {visible_line(line)}\n" for line in lines)
    return f"{written_table(rows, here)}\n# What was recognised:\n{seen}"
