"""The plugin's options: long names that are always ours, short ones where they are free."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

UNSAID = -1
"""The level of isolation where nobody names one."""

DEFAULT_REFERENCE = "recorded"
DEFAULT_REPORT = "gradmark-report"


@dataclass(frozen=True, slots=True)
class Option:
    """One option with its short spelling, and the ini key that says the same."""

    long: str
    short: str
    dest: str
    metavar: str
    help: str
    many: bool = False

    @property
    def ini(self) -> str:
        """Return the key in an ini file."""
        return self.dest


OPTIONS = (
    Option(
        "--gradmark-backend", "--backend", "gradmark_backend", "X",
        "grade this library against PyTorch: a ready adapter, module:object, a path or a module",
    ),
    Option(
        "--gradmark-assignment", "--assignment", "gradmark_assignment", "FILE",
        "grade by this file: groups of behaviours with points (gradmark init writes one)",
    ),
    Option(
        "--gradmark-fail-under", "", "gradmark_fail_under", "PERCENT",
        "exit 1 below this share of the musts, or of an assignment's points, else 0",
    ),
    Option(
        "--gradmark-baseline", "", "gradmark_baseline", "FILE",
        "known deviations: exit 1 for a new one, a stale entry or an unknown id, else 0",
    ),
    Option(
        "--gradmark-write-baseline", "", "gradmark_write_baseline", "FILE",
        "write this run's deviations down; reasons that stand there are kept",
    ),
    Option(
        "--gradmark-profile", "--profile", "gradmark_profile", "NAME",
        "how much of the spec: scalar, tensor or torch (default: what the adapter claims)",
    ),
    Option(
        "--gradmark-behaviour", "--behaviour", "gradmark_behaviour", "GLOB",
        "only these behaviours or this chapter, without your own tests; may be repeated",
        many=True,
    ),
    Option(
        "--gradmark-python", "--backend-python", "gradmark_python", "PYTHON",
        "the interpreter that the library needs",
    ),
    Option(
        "--gradmark-isolation", "--isolation", "gradmark_isolation", "LEVEL",
        "0 in this process, for a debugger; 1 in one of its own (default); 2 behind walls; 3 in "
        "bubblewrap too",
    ),
    Option(
        "--gradmark-require-isolation", "", "gradmark_require_isolation", "LEVEL",
        "refuse to run below this level, which an assignment can raise and never lower",
    ),
    Option(
        "--gradmark-reference", "", "gradmark_reference", "HOW",
        "PyTorch's answers: recorded (default; needs no PyTorch) or live, from the installed one",
    ),
    Option("--gradmark-seed", "", "gradmark_seed", "N", "the data are drawn from this (default 0)"),
    Option(
        "--gradmark-examples", "--examples", "gradmark_examples", "N",
        "search N random compositions after the spec; no part of score or grade (needs PyTorch)",
    ),
    Option(
        "--gradmark-report", "", "gradmark_report", "DIR",
        f"the folder of run.jsonl and index.html (default {DEFAULT_REPORT})",
    ),
)  # fmt: skip

STRICT = "gradmark_strict"

_ASKING = tuple(
    f"gradmark_{name}"
    for name in "behaviour assignment fail_under baseline write_baseline examples".split()
)
"""Options that are about the library alone, so that it is asked whatever else is named."""

TAKEN = pytest.StashKey[tuple[str, ...]]()
"""The short spellings that a conftest or another plugin owns."""


def add_long(parser: pytest.Parser) -> None:
    """Claim the names that nobody else has, and their ini keys."""
    group = parser.getgroup("gradmark", "grading a library's automatic differentiation")
    for option in OPTIONS:
        _add(group, option, option.long)
        kind: Any = "linelist" if option.many else "string"
        parser.addini(option.ini, option.help, type=kind, default=[] if option.many else "")
    strict = "should-level behaviours count; --strict typed by hand says so too"
    group.addoption(
        "--gradmark-strict", dest=STRICT, action="store_true", default=False, help=strict
    )
    parser.addini(STRICT, strict, type="bool", default=False)


def add_short(parser: pytest.Parser) -> tuple[str, ...]:
    """Claim the short spellings that are free; return those that belong to somebody else."""
    group = parser.getgroup("gradmark")
    others = []
    for option in OPTIONS:
        if option.short and _understands(parser, option.short):
            others.append(option.short)
        elif option.short:
            _add(group, option, option.short)
    return tuple(others)


def _add(group: pytest.OptionGroup, option: Option, name: str) -> None:
    group.addoption(
        name,
        dest=option.dest,
        metavar=option.metavar,
        action="append" if option.many else "store",
        default=None,
        help=option.help if name == option.long else f"short for {option.long}",
    )


def _understands(parser: pytest.Parser, name: str) -> bool:
    try:
        _, unknown = parser.parse_known_and_unknown_args([f"{name}=?"])
    except (pytest.UsageError, SystemExit):  # registered, and dislikes the probe
        return True
    return f"{name}=?" not in unknown


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options ask for. ``own`` says whether the repository's own tests run too."""

    backend: str
    profile: str
    globs: tuple[str, ...]
    python: str
    isolation: int
    """The level; `UNSAID` until it is settled where nobody has named one."""
    seed: int
    reference: str
    strict: bool
    report: str
    own: bool
    require_isolation: int = 0
    assignment: str = ""
    """A file's path; once it was read, the JSON text of what it settles."""
    fail_under: str = ""
    baseline: str = ""
    write_baseline: str = ""
    selection: tuple[str, ...] = ()
    examples: int = 0
    """How many random compositions are searched after the spec."""
    taken: tuple[str, ...] = ()

    def spelt(self, short: str) -> str:
        """Return an option's short spelling, or the long one where the short one is taken."""
        return next(o.long for o in OPTIONS if o.short == short) if short in self.taken else short


def backend_of(config: pytest.Config) -> str:
    """Return the backend that was asked for, or nothing."""
    return _text(config, "gradmark_backend")


def asked(config: pytest.Config) -> Asked:
    """Read all options. Raises `pytest.UsageError` for what is no number."""
    ids = take_ids(config)
    globs = _texts(config, "gradmark_behaviour")
    globs += tuple(".".join(i.split("::")[1:]) or "*" for i in ids)
    named = config.args_source is pytest.Config.ArgsSource.ARGS and bool(config.args)
    return Asked(
        backend=backend_of(config),
        profile=_text(config, "gradmark_profile"),
        globs=globs,
        python=_text(config, "gradmark_python"),
        isolation=_number(config, "gradmark_isolation", UNSAID),
        seed=_number(config, "gradmark_seed", 0),
        reference=_text(config, "gradmark_reference") or DEFAULT_REFERENCE,
        strict=_strict(config),
        report=str(_report(config)),
        own=named or not globs,
        require_isolation=_number(config, "gradmark_require_isolation", 0),
        assignment=_text(config, "gradmark_assignment"),
        fail_under=_percent(config),
        baseline=_path(config, "gradmark_baseline"),
        write_baseline=_path(config, "gradmark_write_baseline"),
        selection=_selection(config, globs),
        examples=max(0, _number(config, "gradmark_examples", 0)),
        taken=config.stash.get(TAKEN, ()),
    )


def only_own(config: pytest.Config) -> str:
    """Return which tests of the repository's own were named, where nothing else is to be run."""
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        return ""
    here = Path(config.invocation_params.dir)
    wanted = any(config.getoption(dest) for dest in _ASKING)
    named = all((here / str(arg).partition("::")[0]).is_file() for arg in config.args)
    return "" if wanted or not named else ", ".join(map(str, config.args))


def take_ids(config: pytest.Config) -> list[str]:
    """Take node ids of behaviours out of the paths, where they would be "not found"."""
    ids = [a for a in config.args if a.startswith("gradmark::")]
    config.args[:] = [a for a in config.args if a not in ids]
    return ids


def _text(config: pytest.Config, dest: str) -> str:
    return str(config.getoption(dest) or config.getini(dest) or "")


def _texts(config: pytest.Config, dest: str) -> tuple[str, ...]:
    return tuple(config.getoption(dest) or config.getini(dest) or ())


def _number(config: pytest.Config, dest: str, default: int) -> int:
    text = _text(config, dest)
    try:
        return int(text) if text else default
    except ValueError:
        name = next(o.long for o in OPTIONS if o.dest == dest)
        raise pytest.UsageError(f"{name} wants a whole number, not {text!r}") from None


def _path(config: pytest.Config, dest: str) -> str:
    named = _text(config, dest)
    return str(Path(config.invocation_params.dir) / named) if named else ""


def _percent(config: pytest.Config) -> str:
    text = _text(config, "gradmark_fail_under")
    try:
        share = float(text) if text else 0.0
    except ValueError:
        share = -1.0
    if not 0 <= share <= 100:  # noqa: PLR2004 - a percentage
        raise pytest.UsageError(f"--gradmark-fail-under wants a percentage, not {text!r}")
    if text and not (_text(config, "gradmark_assignment") or _text(config, "gradmark_profile")):
        raise pytest.UsageError(
            "--gradmark-fail-under needs a profile that is named: --profile=tensor, "
            "or --assignment=FILE"
        )
    return text


def _strict(config: pytest.Config) -> bool:
    # pytest has a --strict of its own, about markers and ini files. In addopts it was always
    # meant for that one; typed on the command line of a grading run it means both.
    typed = "--strict" in map(str, config.invocation_params.args)
    return bool(config.getoption(STRICT) or config.getini(STRICT) or typed)


def _report(config: pytest.Config) -> Path:
    if named := config.getoption("gradmark_report"):
        return Path(config.invocation_params.dir) / str(named)
    if kept := config.getini("gradmark_report"):
        base = config.inipath.parent if config.inipath else config.rootpath
        return base / str(kept)
    return Path(config.invocation_params.dir) / DEFAULT_REPORT


def _selection(config: pytest.Config, globs: tuple[str, ...]) -> tuple[str, ...]:
    chosen = [f"--behaviour={glob}" for glob in globs]
    options = {"keyword": "-k", "markexpr": "-m", "deselect": "--deselect"}
    for dest, name in options.items():
        value = config.getoption(dest, None)
        values = value if isinstance(value, list) else [value] if value else []
        chosen += [f"{name} {v}" for v in values]
    for dest, name in {"lf": "--lf", "maxfail": "-x", "stepwise": "--stepwise"}.items():
        if config.getoption(dest, None):
            chosen.append(name)
    return tuple(chosen)
