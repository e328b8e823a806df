"""What a worker takes on the disk: what can be seen of it, and what it costs to take too much."""

import ctypes
import errno
import mmap
import os
import sys

import pytest

from gradmark.verdict import Outcome
from gradmark_backends import disk, process
from gradmark_backends.disk import DEPTH, DISK_BYTES, FILE_BYTES, taken
from gradmark_backends.reach import obstacle

MB = 1 << 20
LEVELS = [level for level in (1, 2, 3) if not obstacle(level)]
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")


def grown(folder, pid=0):
    """Return the megabytes that are taken, to the next whole one."""
    return round(taken(str(folder), pid) / MB)


def test_an_empty_folder_takes_nothing(tmp_path):
    """A folder that is gone takes nothing either."""
    assert taken(str(tmp_path)) == 0
    assert taken(str(tmp_path / "gone")) == 0


def test_files_count_by_what_they_take_and_once(tmp_path):
    """Those in folders too; what is only a length takes nothing, and a second name no more."""
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "file").write_bytes(b"x" * 2 * MB)
    (tmp_path / "again").hardlink_to(tmp_path / "inside" / "file")
    with (tmp_path / "hole").open("wb") as file:
        file.truncate(1 << 33)
    (tmp_path / "out").symlink_to("/usr")
    assert grown(tmp_path) == 2


def test_a_folder_without_end_is_too_much(tmp_path, monkeypatch):
    """As deep as nobody follows, or with more files than anybody counts."""
    monkeypatch.setattr(disk, "ENTRIES", 100)
    for number in range(100):
        (tmp_path / str(number)).touch()
    assert taken(str(tmp_path)) == 0
    (tmp_path / "one more").touch()
    assert taken(str(tmp_path)) > DISK_BYTES
    deep = tmp_path / "deep"
    deep.mkdir()
    (deep / "/".join("d" * DEPTH)).mkdir(parents=True)
    assert taken(str(deep)) < DISK_BYTES
    (deep / "/".join("d" * (DEPTH + 1))).mkdir()
    assert taken(str(deep)) > DISK_BYTES


@linux
def test_files_without_a_name_count_while_they_are_held(tmp_path):
    """Deleted and open, or deleted, closed and mapped: then as much as a file may take."""
    path = tmp_path / "file"
    with path.open("w+b") as file:
        file.write(b"x" * 2 * MB)
        file.flush()
        assert grown(tmp_path, os.getpid()) == 2
        path.unlink()
        assert grown(tmp_path, os.getpid()) == 2
        # Python's own mmap keeps the file open.
        libc = ctypes.CDLL(None)
        libc.mmap.restype = ctypes.c_void_p
        view = libc.mmap(None, mmap.PAGESIZE, mmap.PROT_READ, mmap.MAP_SHARED, file.fileno(), 0)
    assert taken(str(tmp_path), os.getpid()) == FILE_BYTES
    assert libc.munmap(ctypes.c_void_p(view), mmap.PAGESIZE) == 0
    assert taken(str(tmp_path), os.getpid()) == 0


@linux
@pytest.mark.parametrize("level", LEVELS)
def test_whoever_fills_the_disk_is_lost(level, opened, monkeypatch):
    """While it goes on and when it answers; the next program has a folder of its own."""
    monkeypatch.setattr(process, "DISK_BYTES", 3 * MB)
    backend = opened(
        "import os, time\nkept, data = [], b'x' * (1 << 20)\n"
        "def write(hide, seconds):\n"
        "    for n in range(4):\n"
        "        kept.append(open(str(n), 'wb')); kept[-1].write(data); kept[-1].flush()\n"
        "        if hide: os.unlink(str(n))\n"
        "    time.sleep(seconds)\n    return 7\n"
        "def bad(): return write(False, 60)\n"
        "def worse(): return write(True, 60)\n"
        "def brief(): return write(False, 0.15)\n"
        "def little(): open('one', 'wb').write(data); return 7\n",
        isolation=level,
    )
    assert backend.number("little") == 7
    for name in ("bad", "worse", "brief"):
        answer = backend.ask(name)
        assert (answer.lost, answer.trace) == (Outcome.MEMORY, None)
        assert answer.reason == "the library put more than 3 MB in its folder, or too many files"
        assert backend.number("good") == 7


@pytest.mark.parametrize("level", [level for level in LEVELS if level > 1])
def test_nothing_is_taken_without_being_written(level, opened):
    """From level 2 on room is had by writing, and nobody hides which files are held."""
    backend = opened(
        "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "def said(result): return ctypes.get_errno() if result else 0\n"
        "def allocate():\n"
        "    file = open('x', 'wb').fileno()\n"
        "    where = ctypes.c_long(0), ctypes.c_long(1 << 20)\n"
        "    return said(libc.fallocate(file, 0, *where))\n"
        "def by_python():\n"
        "    with open('y', 'wb') as file: os.posix_fallocate(file.fileno(), 0, 1 << 20)\n"
        "    return os.stat('y').st_blocks // 8\n"
        "def hide(): return said(libc.prctl(4, *map(ctypes.c_ulong, (0, 0, 0, 0))))\n",
        isolation=level,
    )
    assert backend.number("allocate") == errno.EOPNOTSUPP
    assert backend.number("by_python") in {256, 257}
    assert backend.number("hide") == errno.EPERM
