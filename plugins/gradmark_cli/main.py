"""Where the command ``gradmark`` begins; without click and rich it says how to get them."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

BAD_USAGE = 4
BROKEN = 3
INTERRUPTED = 2


def entry() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(main())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; no user's mistake shows a traceback."""
    try:
        import click
        import rich  # noqa: F401 - missing it should be said now and not in the middle of a run
    except ImportError:
        sys.stderr.write(
            "gradmark's command line needs click and rich: pip install 'gradmark[cli]'\n"
        )
        return BAD_USAGE
    from gradmark.errors import GradmarkError
    from gradmark_cli.commands import gradmark
    from gradmark_reports.visible import visible

    try:
        code = gradmark.main(arguments, "gradmark", standalone_mode=False)
    except GradmarkError as error:
        click.echo(f"error: {visible(str(error))}", err=True)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return BAD_USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - a gate must not take our fault for the library's
        told = f"{type(error).__name__}: {error}"
        click.echo(f"error: something of ours broke: {visible(told)} [internal]", err=True)
        click.echo("  hint: GRADMARK_TRACEBACK=1 shows where", err=True)
        if os.environ.get("GRADMARK_TRACEBACK"):
            traceback.print_exc()
        return BROKEN
    return code if isinstance(code, int) else 0
