"""``gradmark.toml``: read with the line of every mistake, and written with defaults."""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Any

from gradmark.assignment import (
    MOST,
    RULES,
    VISIBILITIES,
    WORTH,
    Assignment,
    Group,
    check,
    exact,
    resolved,
    text,
)
from gradmark.assignment_text import File, parsed
from gradmark.behaviour import PROFILES, Level, Spec
from gradmark.errors import GradmarkError, near
from gradmark.verdict import Outcome

_LEVELS = tuple(level.value for level in Level)
_OUTCOMES = tuple(outcome.value for outcome in Outcome if outcome is not Outcome.UNGRADED)
_VARIABLE = re.compile(r"\$[A-Za-z_][A-Za-z0-9_]*")
ISOLATION = 2
"""The level below which a grade proves little, unless the file accepts it."""

_MOST_ISOLATION = 3
_ALL = 100
"""Percent."""


def load(path: Path, spec: Spec) -> tuple[Assignment, int | None]:
    """Read an assignment and the seed that it fixes, if any.

    Raises `GradmarkError` with the file's line for whatever is unknown, of a wrong type, or names a
    behaviour or group that does not exist.
    """
    file = File(path)
    data = parsed(file)
    _known(file, data, _TOP, None)
    groups = _value(file, data, "group", list, None, default=[])
    if not groups:
        raise file.mistake(
            "there is no [[group]]", hint="gradmark init writes one for each chapter"
        )
    assignment = Assignment(
        title=_value(file, data, "title", str, None),
        profile=_choice(file, data, "profile", PROFILES, None),
        groups=tuple(_group(file, table, number) for number, table in enumerate(groups)),
        backend=_value(file, data, "backend", str, None, default=""),
        isolation=_isolation(file, data),
        worth=_worth(file, data),
        pass_mark=_percent(file, data),
        secret=_value(file, data, "secret", bool, None, default=False),
        packages=_texts(file, data, "packages", None, ()),
        needs=_needs(file, data),
    )
    _checked(file, assignment)
    seed = _seed(file, data)
    if assignment.secret and not seed:
        raise file.mistake(
            "secret needs a seed: without one, or with 0, the data is everybody's",
            "secret",
            hint='seed = "$COURSE_SEED", a variable of the environment',
        )
    return _settled(file, assignment, spec), seed


def _checked(file: File, assignment: Assignment) -> None:
    """Refuse what groups say against each other, with the line of the one that is wrong."""
    names = [group.name for group in assignment.groups]
    for number, group in enumerate(assignment.groups):
        if group.name in group.require and names.count(group.name) == 1:
            raise file.mistake(
                f"{group.name!r} can't require itself",
                "require",
                number,
                _IN_GROUP["require"],
            )
    try:
        check(assignment)
    except GradmarkError as error:
        named = [n for n, name in enumerate(names) if repr(name) in error.message]
        key, wrong = "points", None
        if error.code == "two-groups":
            key, wrong = "name", named[-1]
        elif error.code == "unknown-group":
            said = (n for n in named if error.message.startswith(f"{names[n]!r} requires"))
            key, wrong = "require", next(said, None)
        raise _located(file, error, key, wrong) from None


def _located(file: File, error: GradmarkError, key: str, group: int | None) -> GradmarkError:
    where = f"{file.path}:{file.line(key, group)}"
    return GradmarkError(
        error.code, f"{where}: {error.message}", cause=error.cause, hint=error.hint
    )


def _settled(file: File, assignment: Assignment, spec: Spec) -> Assignment:
    """Replace the patterns by ids, and say in which group one is wrong."""
    for number, group in enumerate(assignment.groups):
        for pattern in (*group.behaviours, *group.leave_out):
            try:
                spec.select([pattern])
            except GradmarkError as error:
                key = "behaviours" if pattern in group.behaviours else "except"
                raise file.mistake(error.message, key, number, error.hint) from None
    try:
        return resolved(assignment, spec)
    except GradmarkError as error:
        names = [g.name for g in assignment.groups]
        wrong = [n for n, name in enumerate(names) if repr(name) in error.message]
        raise _located(file, error, "behaviours", wrong[-1] if wrong else None) from None


NEEDS = ("compiler", "memory", "threads", "gpu")
_TOP: dict[str, str] = {
    "title": "what the report is headed with",
    "backend": "what is graded where the command line names nothing",
    "profile": f"one of {', '.join(PROFILES)}",
    "isolation": "the least level of isolation that a grade needs",
    "packages": "what may be imported besides NumPy",
    "needs": f"what is allowed beyond others: any of {', '.join(NEEDS)}",
    "worth": "a table: verdict = share of the points",
    "pass_mark": "percent of the points",
    "seed": "a whole number, or $NAME of an environment variable",
    "secret": "whether the seed is kept out of every report",
    "group": "the groups, as [[group]]",
}
_IN_GROUP: dict[str, str] = {
    "name": "what the group is called, unlike every other",
    "points": "a number, or a text such as 7/3",
    "behaviours": "chapters, globs or ids",
    "except": "chapters, globs or ids that are left out",
    "levels": f"any of {', '.join(_LEVELS)}",
    "rule": f"one of {', '.join(RULES)}",
    "require": "groups before this one in which everything has to hold",
    "visibility": f"one of {', '.join(VISIBILITIES)}",
    "bonus": "whether the points are on top",
}


def _known(file: File, table: dict[str, Any], keys: dict[str, str], group: int | None) -> None:
    for key in table:
        if key not in keys:
            raise file.mistake(
                f"unknown key {key!r}",
                key,
                group,
                near(key, keys) or f"known are {', '.join(keys)}",
            )


_ABSENT: Any = object()


def _value(
    file: File,
    table: dict[str, Any],
    key: str,
    kind: type,
    group: int | None,
    *,
    default: Any = _ABSENT,
) -> Any:
    value = table.get(key, default)
    if value is _ABSENT:
        raise file.mistake(
            f"there is no {key!r}", "", group, (_TOP if group is None else _IN_GROUP)[key]
        )
    if type(value) is not kind:
        names = {str: "a text", int: "a whole number", bool: "true or false", list: "a list"}
        raise file.mistake(f"{key} has to be {names[kind]}", key, group)
    if default is _ABSENT and value == "":
        hint = (_TOP if group is None else _IN_GROUP)[key]
        raise file.mistake(f"{key} is empty", key, group, hint)
    return value


def _choice(
    file: File,
    table: dict[str, Any],
    key: str,
    allowed: tuple[str, ...],
    group: int | None,
    default: Any = _ABSENT,
) -> str:
    value: str = _value(file, table, key, str, group, default=default)
    if value not in allowed:
        raise file.mistake(
            f"{key} can't be {value!r}",
            key,
            group,
            near(value, allowed) or f"one of {', '.join(allowed)}",
        )
    return value


def _texts(
    file: File, table: dict[str, Any], key: str, group: int | None, default: Any = _ABSENT
) -> tuple[str, ...]:
    value = table.get(key, default)
    if isinstance(value, str):
        return (value,)
    items = _value(
        file, table, key, list, group, default=default if default is _ABSENT else list(default)
    )
    if key == "behaviours" and not items:
        raise file.mistake("a group needs behaviours", key, group, _IN_GROUP[key])
    if not all(isinstance(item, str) for item in items):
        raise file.mistake(f"{key} has to be a list of texts", key, group)
    return tuple(items)


def _number(file: File, table: dict[str, Any], key: str, group: int | None, hint: str) -> Fraction:
    value = table[key]
    if type(value) in {int, str, Fraction}:
        with suppress(ValueError, ZeroDivisionError):
            number = exact(value)
            if 0 <= number <= MOST:
                return number
    raise file.mistake(f"{key} can't be {value!r}", key, group, hint)


def _group(file: File, table: Any, number: int) -> Group:
    if not isinstance(table, dict):
        raise file.mistake("a group is written as [[group]]", "group")
    _known(file, table, _IN_GROUP, number)
    levels = _texts(file, table, "levels", number, (Level.MUST.value,))
    for level in levels:
        if level not in _LEVELS:
            raise file.mistake(
                f"there is no level {level!r}", "levels", number, _IN_GROUP["levels"]
            )
    if "points" not in table:
        raise file.mistake("there is no 'points'", "", number, _IN_GROUP["points"])
    return Group(
        name=_value(file, table, "name", str, number),
        points=_number(file, table, "points", number, _IN_GROUP["points"]),
        behaviours=_texts(file, table, "behaviours", number),
        leave_out=_texts(file, table, "except", number, ()),
        levels=levels,
        rule=_choice(file, table, "rule", RULES, number, "sum"),
        require=_texts(file, table, "require", number, ()),
        visibility=_choice(file, table, "visibility", VISIBILITIES, number, "visible"),
        bonus=_value(file, table, "bonus", bool, number, default=False),
    )


def _worth(file: File, data: dict[str, Any]) -> dict[Outcome, Fraction]:
    table = data.get("worth", {})
    if not isinstance(table, dict):
        raise file.mistake("worth has to be a table", "worth", None, _TOP["worth"])
    worth = dict(WORTH)
    for name in table:
        if name not in _OUTCOMES:
            hint = near(name, _OUTCOMES) or f"one of {', '.join(_OUTCOMES)}"
            raise file.mistake(f"there is no verdict {name!r}", name, None, hint)
        share = _number(file, table, name, None, "a share of the points, such as 1 or 0.5")
        if share > 1:
            raise file.mistake(f"{name} can't be worth more than all of the points", name)
        worth[Outcome(name)] = share
    return worth


def _needs(file: File, data: dict[str, Any]) -> tuple[str, ...]:
    needs = _texts(file, data, "needs", None, ())
    for need in needs:
        if need not in NEEDS:
            raise file.mistake(f"there is no need {need!r}", "needs", None, _TOP["needs"])
    return needs


def _percent(file: File, data: dict[str, Any]) -> Fraction | None:
    if "pass_mark" not in data:
        return None
    mark = _number(file, data, "pass_mark", None, "a percentage: pass_mark = 60")
    if 0 < mark < 1:
        hint = f"pass_mark is a percentage: {text(mark * 100)}, not {text(mark)}"
        raise file.mistake(f"pass_mark can't be {text(mark)}", "pass_mark", None, hint)
    if mark > _ALL:
        hint = "a percentage, 100 at most"
        raise file.mistake(f"pass_mark can't be {text(mark)}", "pass_mark", None, hint)
    return mark / 100


def _isolation(file: File, data: dict[str, Any]) -> int:
    level: int = _value(file, data, "isolation", int, None, default=ISOLATION)
    if not 0 <= level <= _MOST_ISOLATION:
        raise file.mistake(f"isolation can't be {level}", "isolation", None, "0, 1, 2 or 3")
    return level


def _seed(file: File, data: dict[str, Any]) -> int | None:
    value = data.get("seed")
    if isinstance(value, str) and _VARIABLE.fullmatch(value):
        said = os.environ.get(value[1:], "")
        if not re.fullmatch(r"-?[0-9]+", said):
            raise file.mistake(f"the environment has no whole number {value}", "seed", None)
        return int(said)
    if value is not None and type(value) is not int:
        raise file.mistake("seed has to be a whole number or $NAME", "seed", None)
    return value


def schema() -> dict[str, Any]:
    """Return the JSON Schema of an assignment file, for editors."""
    written = files("gradmark").joinpath("assignment.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(written)
    return loaded


def default_text(spec: Spec, *, backend: str, profile: str) -> str:
    """Return a file that grades every chapter by the number of its musts."""
    held = spec.profile(profile)
    lines = [
        'title = "Automatic differentiation"',
        f"backend = {json.dumps(backend)}  # a path, a module or a ready adapter",
        f'profile = "{profile}"  # scalar, tensor or torch',
        "pass_mark = 60  # percent of the points",
        "# isolation = 2  # the least level that a grade needs: 1 for machines without walls",
        '# packages = ["scipy"]  # what may be imported besides NumPy',
        "# seed = 4711  # other data than everybody else's; secret = true keeps it out of reports",
        "",
        "[worth]  # of a behaviour's points; any other verdict is worth nothing",
        "lenient = 1  # right, but not as PyTorch does it",
    ]
    for name, title in held.chapters:
        musts = sum(b.chapter == name and b.level is Level.MUST for b in held)
        if musts:
            lines += [
                "",
                "[[group]]",
                f"name = {json.dumps(title, ensure_ascii=False)}",
                f'behaviours = ["{name}"]  # the musts of a chapter; globs and ids work too',
                f"points = {musts}",
            ]
    lines += [
        "",
        '# rule = "min"             all or nothing; "sum" gives each behaviour an equal share',
        '# require = ["Operators"]  nothing before all of that group holds',
        f"# visibility = one of {', '.join(VISIBILITIES)}",
        "# bonus = true             points on top",
        '# except = ["leaf.x"]      what a pattern leaves out',
        '# levels = ["must", "should"]',
        "",
    ]
    return "\n".join(lines)
