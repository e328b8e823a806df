"""Which levels of isolation a machine can give, found out by trying them."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from gradmark.errors import GradmarkError
from gradmark_backends.launch import BUBBLED, WALLED, Launch, lacking
from gradmark_backends.plan import CannotOpen, Plan
from gradmark_backends.process import Lost, Process

SECONDS = 30.0

NAMES = {
    0: "in this process, for a debugger",
    1: "a process of its own, with limits",
    2: "no_new_privs, Landlock and seccomp around it",
    3: "bubblewrap around all of that",
}


@dataclass(frozen=True, slots=True)
class Tried:
    """One level, and why it can't be had; nothing where it can."""

    level: int
    why: str = ""


def reach() -> tuple[Tried, ...]:
    """Start a canary at each level, which tries from inside what must not be possible."""
    return (Tried(0), *(Tried(level, obstacle(level)) for level in (1, WALLED, BUBBLED)))


def obstacle(level: int) -> str:
    """Return why this machine can't give a level, nothing where it can."""
    if sys.platform == "win32":
        return "Windows has no process groups"
    if why := lacking(level):
        return why
    # There is no such library, which is found out behind the walls.
    launch = Launch(Plan("canary", "adapter", "gradmark_has_no_such_module:None"), level=level)
    try:
        process = Process(launch)
        try:
            process.ask("open", SECONDS, plan=launch.plan.to_json())
            reply = process.reply()
        except Lost as lost:
            said = process.output().strip().splitlines()
            return said[-1] if said else lost.reason
        finally:
            process.close()
    except GradmarkError as error:
        return error.message
    finally:
        launch.close()
    if isinstance(reply, CannotOpen):
        return reply.message if reply.code == "no-walls" else ""
    return "the canary answered nonsense"


def too_little(level: int, why: str) -> GradmarkError:
    """Return the refusal of a level that this machine can't give, with what to do about it."""
    return GradmarkError(
        "too-little-isolation",
        f"isolation level {level} ({NAMES[level]}) can't be had on this machine",
        cause=why,
        hint=advice(level),
    )


def advice(level: int, platform: str = sys.platform) -> str:
    """Return what to do where a machine can't give a level."""
    less = f"or accept less: isolation = {level - 1} in the assignment file"
    if not platform.startswith("linux"):
        return f"only Linux has these walls: a Linux container or virtual machine, or WSL; {less}"
    if level >= BUBBLED:
        return (
            "install bubblewrap, and let unprivileged users have user namespaces "
            f"(containers seldom do); {less}"
        )
    return f"a kernel from 5.13 on with Landlock, not filtered away by a container; {less}"


def lines() -> list[str]:
    """Say in a line each which levels this machine can give."""
    return [
        f"{tried.level}  {'yes' if not tried.why else 'no '}  {NAMES[tried.level]}"
        + (f": {tried.why}; {advice(tried.level)}" if tried.why else "")
        for tried in reach()
    ]
