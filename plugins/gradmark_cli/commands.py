"""The commands and their options; what they do is in modules of their own."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import click

from gradmark.behaviour import PROFILES
from gradmark.host import gradmark_version

BACKEND_HELP = "A ready adapter, module:object, a file, a folder or a module."


class Near(click.Group):
    """A group that offers the nearest names for a command that does not exist."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command. Raises `click.UsageError` with near matches."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            close = difflib.get_close_matches(args[0], self.list_commands(ctx))
            hint = f" Did you mean {' or '.join(close)}?" if close else ""
            raise click.UsageError(f"there is no command {args[0]!r}.{hint}", ctx) from error


@click.group(cls=Near, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(gradmark_version(), "--version", prog_name="gradmark")
def gradmark() -> None:
    """Check whether a library's automatic differentiation behaves like PyTorch's.

    Exit codes: 0 all that counts holds, 1 it does not, 2 interrupted, 3 something of ours broke,
    4 bad usage.
    """


@gradmark.command("list")
@click.option("--profile", metavar="NAME", default="", help=f"One of {', '.join(PROFILES)}.")
@click.option("--claims", is_flag=True, help="The documents' claims, and what checks each.")
def list_(profile: str, claims: bool) -> None:
    """List the behaviours of the spec, or the claims behind it, chapter by chapter."""
    from gradmark_cli.catalogue import claimed, listed

    for line in claimed(profile) if claims else listed(profile):
        click.echo(line)


@gradmark.command()
@click.argument("behaviour", metavar="ID")
def explain(behaviour: str) -> None:
    """Explain one behaviour: why it matters, the program, what PyTorch answers."""
    from gradmark_cli.catalogue import explained

    for line in explained(behaviour):
        click.echo(line)


@gradmark.command()
@click.option("--backend", metavar="X", default="./submission", help=BACKEND_HELP)
@click.option("--profile", metavar="NAME", default="tensor", show_default=True, help="What it is.")
@click.argument(
    "file", metavar="[FILE]", type=click.Path(path_type=Path), default=Path("gradmark.toml")
)
def init(backend: str, profile: str, file: Path) -> None:
    """Write an assignment file that grades every chapter by its musts."""
    from gradmark_cli.assigning import written

    click.echo(written(file, backend, profile))


@gradmark.command("new-adapter")
@click.argument("name", metavar="NAME")
@click.option("--module", metavar="MODULE", default="", help="What to import; default: NAME.")
@click.option(
    "--kind",
    metavar="KIND",
    default="renamed",
    show_default=True,
    help="renamed (other names), scalar (single numbers), returned (a function returns gradients) "
    "or functional (functions are transformed).",
)
def new_adapter(name: str, module: str, kind: str) -> None:
    """Write NAME_adapter.py, a class to begin with, into this folder."""
    from gradmark_cli.adapting import written_adapter

    for line in written_adapter(name, module, kind, Path.cwd()):
        click.echo(line)


_backend = click.option("--backend", metavar="X", required=True, help=BACKEND_HELP)
_python = click.option(
    "--backend-python", metavar="PYTHON", default="", help="The interpreter that X needs."
)
_isolation = click.option(
    "--isolation",
    metavar="LEVEL",
    type=int,
    help="0 in this process, 1 in one of its own (default), 2 behind walls, 3 in bubblewrap too.",
)


_compare = click.option(
    "--compare",
    metavar="OLD.jsonl",
    type=click.Path(path_type=Path),
    help="Show beside an earlier run what was fixed and what broke.",
)


@gradmark.command()
@click.option("--backend", metavar="X", default="", help=BACKEND_HELP)
@click.option(
    "--assignment",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Grade by this file: groups of behaviours with points (gradmark init writes one).",
)
@click.option("--profile", metavar="NAME", default="", help="Default: what X's adapter claims.")
@click.option(
    "--behaviour",
    "globs",
    metavar="GLOB",
    multiple=True,
    help="Only these behaviours or this chapter; may be repeated. A selection has no score.",
)
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path),
    default=Path("gradmark-report"),
    show_default=True,
    help="The folder of run.jsonl and index.html.",
)
@_isolation
@click.option(
    "--require-isolation",
    metavar="LEVEL",
    type=int,
    default=0,
    help="Refuse to run below this level, which an assignment can raise and never lower.",
)
@click.option("--strict", is_flag=True, help="Should-level behaviours count.")
@click.option("--seed", metavar="N", type=int, default=0, help="The data are drawn from this.")
@click.option(
    "--reference",
    metavar="HOW",
    default="recorded",
    show_default=True,
    help="PyTorch's answers: recorded, or live from the installed one.",
)
@_python
@click.option(
    "--fail-under",
    metavar="PERCENT",
    type=click.FloatRange(0, 100),
    help="Exit 1 below this share of the musts, or of an assignment's points, else 0.",
)
@click.option(
    "--baseline",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Known deviations: exit 1 for a new one, a stale entry or an unknown id, else 0.",
)
@click.option(
    "--write-baseline",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write this run's deviations down; reasons that stand there are kept.",
)
@_compare
@click.option("-q", "--quiet", is_flag=True, help="Print the score and the report's place only.")
@click.option("-v", "--verbose", is_flag=True, help="Show the search path, and all recognised.")
def run(**options: Any) -> int:
    """Ask a library all of a profile, and write the journal and the report."""
    from gradmark_cli.running import EACH, Request, run_backend

    if options["backend"].endswith(EACH):
        from gradmark_cli.each import run_each

        return run_each(Request(**options))
    return run_backend(Request(**options))


@gradmark.command()
@_backend
@_python
@_isolation
def smoke(backend: str, backend_python: str, isolation: int | None) -> int:
    """Say in nine lines whether it is the adapter or the library that does not work."""
    from gradmark_cli.running import smoke_backend

    return smoke_backend(backend, backend_python, 1 if isolation is None else isolation)


@gradmark.command()
@_backend
@click.option("--profile", metavar="NAME", default="", help="Default: what X's adapter claims.")
@click.option(
    "--examples",
    metavar="N",
    type=click.IntRange(1),
    default=200,
    show_default=True,
    help="How many compositions are asked.",
)
@click.option("--seed", metavar="N", type=int, default=0, help="The examples are drawn from this.")
@_isolation
@_python
def search(**options: Any) -> int:
    """Ask random compositions beyond the spec; a wrong answer is shrunk and shown as a script.

    Exit code 1 says that there is one. It has no score.
    """
    from gradmark_cli.searching import Wanted, search_backend

    return search_backend(Wanted(**options))


@gradmark.command()
@click.argument("backend", metavar="X")
@_python
@_isolation
def recognise(backend: str, backend_python: str, isolation: int | None) -> None:
    """Write down how an engine without an adapter is spelt, as a file to correct and give back.

    gradmark recognise ./submission > adapter.toml, then --backend=adapter.toml
    """
    from gradmark_cli.recognising import recognised

    click.echo(recognised(backend, backend_python, 1 if isolation is None else isolation), nl=False)


@gradmark.command()
@click.argument("names", metavar="NAME...", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Those of all ready adapters.")
@click.option("--list", "listing", is_flag=True, help="Show what there is and what it takes.")
@click.option("--remove", is_flag=True, help="Remove them instead.")
@click.option("--again", is_flag=True, help="Make them anew, also where they are whole.")
def env(names: tuple[str, ...], *, every: bool, listing: bool, remove: bool, again: bool) -> int:
    """Make a library's own environment, with the versions that its adapter is made for.

    --backend=NAME uses it where the library can't be imported here. It lies in the user's cache,
    or in GRADMARK_HOME.
    """
    from gradmark_cli import envs

    wanted = envs.every_name() if every else list(dict.fromkeys(names))
    if listing or not wanted:
        for line in envs.listed():
            click.echo(line)
        return 0
    if remove:
        for line in envs.removed(wanted):
            click.echo(line)
        return 0
    return envs.made(wanted, again=again)


@gradmark.command()
def walls() -> None:
    """Try which levels of isolation this machine can give, and say what is in the way."""
    from gradmark_backends.reach import lines

    for line in lines():
        click.echo(line)


@gradmark.command()
@click.argument("journal", metavar="RUN.jsonl", type=click.Path(path_type=Path))
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Default: index.html beside the journal.",
)
@click.option(
    "--to",
    metavar="NAME[=FILE]",
    multiple=True,
    help="Export instead, to standard output without a file; may be repeated. NAME is junit, ctrf, "
    "gradescope, classroom50, github-classroom, github-summary, github-annotations, markdown, "
    "badge, canvas or moodle.",
)
@click.option(
    "--roster",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="What you downloaded from Canvas or Moodle; it stays as it is.",
)
@click.option("--student", metavar="WHO", default="", help="Whose run it is, as the roster says.")
@click.option("--column", metavar="TITLE", default="", help="Canvas's column; default: the title.")
@_compare
@click.option("--teacher", is_flag=True, help="Show hidden groups as well: not for students.")
def report(
    journal: Path, out: Path | None, compare: Path | None, teacher: bool, **asked: Any
) -> None:
    """Make the HTML report of a journal, or what another tool reads."""
    from gradmark_cli.catalogue import reported
    from gradmark_cli.exporting import Exports, exported

    for line in exported(Exports(journal, **asked)) if asked["to"] else ():
        click.echo(line)
    if out or not asked["to"]:
        click.echo(reported(journal, out, compare=compare, teacher=teacher))


@gradmark.command()
@click.argument(
    "runs",
    metavar="RUN.jsonl|NAME...",
    nargs=-1,
    type=click.Path(path_type=Path),
)
@click.option("--all", "every", is_flag=True, help="Ask all ready adapters' libraries.")
@click.option(
    "--runs",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    default=Path("gradmark-matrix"),
    show_default=True,
    help="Where what is asked is kept, and taken from again while it holds.",
)
@click.option("--jobs", metavar="N", type=click.IntRange(1), help="Default: one a core.")
@click.option("--again", is_flag=True, help="Ask anew what was kept.")
@click.option(
    "--out", metavar="FILE", type=click.Path(path_type=Path), help="Default: matrix.html, here."
)
@click.option(
    "--to",
    metavar="NAME[=FILE]",
    multiple=True,
    help="markdown, scoreboard (a line a library) or html, to standard output without a file; may "
    "be repeated.",
)
@click.option("--teacher", is_flag=True, help="Show hidden groups as well: not for students.")
def matrix(runs: tuple[Path, ...], out: Path | None, to: tuple[str, ...], **options: Any) -> int:
    """Put many runs beside each other: backends by chapters, each open to its behaviours.

    The name of a ready adapter has its library asked first, several at a time. Exit code 3 says
    that one of them gave no verdicts.
    """
    from gradmark_cli.matrix import asked, compared

    teacher = options.pop("teacher")
    journals, troubled = asked(runs, **options)
    for line in compared(journals, out, to, teacher=teacher):
        click.echo(line)
    return 3 if troubled else 0
