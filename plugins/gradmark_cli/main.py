"""Where the command ``gradmark`` begins; without click and rich it says how to get them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.util import find_spec

BAD_USAGE = 4
INTERRUPTED = 2


def entry() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(main())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; no user's mistake shows a traceback."""
    missing = [name for name in ("click", "rich") if find_spec(name) is None]
    if missing:
        sys.stderr.write(
            f"gradmark's command line needs {' and '.join(missing)}: pip install 'gradmark[cli]'\n"
        )
        return BAD_USAGE
    import click

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
    return code if isinstance(code, int) else 0
