"""The files that a worker may read: its interpreter, what is allowed of the packages, its library.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator

from gradmark_backends.plan import Plan
from gradmark_backends.walls.landlock import DEVICE, READ, READ_DIR, RUN, WRITE_FILE, Rule
from gradmark_backends.walls.packages import allowed, is_packages

FRAMEWORKS = ("libtorch", "libc10", "libtensorflow", "libjax", "libmxnet", "libpaddle", "libmlx")
"""Beginnings of shared libraries that would answer in a submission's place."""

_LIBRARIES = ("/lib", "/lib64", "/lib32", "/usr/lib", "/usr/lib64", "/usr/lib32", "/usr/local/lib")

_FACTS = (
    "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime", "/etc/timezone",
    "/usr/share/zoneinfo", "/usr/share/locale", "/usr/lib/locale", "/proc/cpuinfo",
    "/proc/meminfo", "/proc/stat", "/proc/version", "/proc/filesystems",
    "/proc/sys/vm/overcommit_memory", "/sys/devices/system/cpu", "/sys/devices/system/node",
    "/sys/fs/cgroup",
)  # fmt: skip
"""What the C library, NumPy and their kin look up about the machine."""

_DEVICES = ("/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")

_COMPILERS = ("/usr", "/bin", "/lib", "/lib64", "/etc/alternatives", "/opt", "/nix/store")
_GRAPHICS = ("/usr", "/opt", "/etc/OpenCL", "/etc/vulkan", "/sys", "/proc/driver", "/proc/devices")
_CARDS = ("nvidia", "dri", "kfd", "accel")
"""Beginnings in /dev of what drives a GPU."""


def readable(plan: Plan) -> list[Rule]:
    """Return what the interpreter that runs this may read for a plan, the same for all workers."""
    standard = [e for e in sys.path if _is_standard(e)]
    entries = [e for e in dict.fromkeys((*sys.path, *plan.search_path)) if e not in standard]
    packages = [e for e in entries if is_packages(e)]
    rules: list[Rule] = []
    for folder in dict.fromkeys(standard):
        rules += covering(folder, _packages_in(folder), READ)
    strict = plan.packages is not None
    for folder in libraries():
        rules += covering(folder, _hidden(folder) if strict else [], READ)
    rules += [(path, READ) for path in (*_FACTS, *_DEVICES)]
    rules.append(("/dev/null", READ | WRITE_FILE))
    if plan.packages is None:
        rules += [rule for entry in entries for rule in covering(entry, plan.hidden, READ)]
    else:
        # Names alone: import has to list a folder to find in it what may be read.
        rules += [(os.path.realpath(folder), READ_DIR) for folder in packages]
        rules += [(os.path.realpath(path), READ) for path in allowed(packages, plan.packages)]
        rules += [(os.path.realpath(f), READ_DIR) for f in plan.search_path]
        rules += [rule for home in plan.home for rule in covering(home, plan.hidden, READ)]
    if "compiler" in plan.needs:
        rules += [(path, RUN) for path in map(os.path.realpath, _COMPILERS)]
    if "gpu" in plan.needs:
        rules += [(path, READ) for path in map(os.path.realpath, _GRAPHICS)]
        rules += [(path, DEVICE) for path in cards()]
    return list(dict.fromkeys(rules))


def libraries() -> list[str]:
    """Return the folders from which the loader takes shared libraries."""
    own = [os.path.join(sys.base_prefix, "lib"), os.path.join(sys.prefix, "lib")]
    asked = os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)
    known = (*_LIBRARIES, *own, *asked)
    return list(dict.fromkeys(os.path.realpath(f) for f in known if f and os.path.isdir(f)))


def cards() -> list[str]:
    """Return the devices of GPUs."""
    try:
        names = os.listdir("/dev")
    except OSError:
        return []
    return [f"/dev/{name}" for name in names if name.startswith(_CARDS)]


def covering(folder: str, hidden: Iterable[str], rights: int) -> Iterator[Rule]:
    """Yield rules for a folder and all beneath it but some paths, whose names can still be read.

    A link is none of it, unless it is the folder itself.
    """
    real = os.path.realpath(folder)
    inside = [h for h in map(_real_parent, hidden) if _is_in(h, real)]
    if real in inside:
        return
    if not inside:
        yield real, rights
        return
    yield real, READ_DIR
    try:
        entries = list(os.scandir(real))
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False) and any(_is_in(h, entry.path) for h in inside):
            yield from covering(entry.path, inside, rights)
        elif entry.path not in inside:
            yield entry.path, rights


def _real_parent(path: str) -> str:
    return os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _is_standard(entry: str) -> bool:
    standard = os.path.dirname(os.__file__)
    return (_is_in(entry, standard) and not is_packages(entry)) or entry.endswith(".zip")


def _packages_in(folder: str) -> list[str]:
    try:
        return [e.path for e in os.scandir(folder) if is_packages(e.path)]
    except OSError:
        return []


def _hidden(folder: str) -> list[str]:
    """Return what in a folder of shared libraries is packages, or a framework by its name."""
    out = []
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return []
    for entry in entries:
        if entry.name.startswith(("python", *FRAMEWORKS)):
            out.append(entry.path)
        elif "-linux-" in entry.name and entry.is_dir(follow_symlinks=False):
            names = [e for e in os.scandir(entry.path) if e.name.startswith(FRAMEWORKS)]
            out += [e.path for e in names]
    return out
