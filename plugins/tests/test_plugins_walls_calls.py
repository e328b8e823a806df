"""The filter of calls, run by hand for both processors, whichever the tests are run on."""

import errno

import pytest

from gradmark_backends.walls import landlock
from gradmark_backends.walls.seccomp import ALWAYS, MODES, NEWEST, PROCESSES, UNCOUNTED, program
from gradmark_backends.walls.system import MACHINES, CannotWall, machine

PID = 4242
ALLOW, KILL = 0x7FFF0000, 0x80000000
REFUSE, ABSENT = 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS
BOTH = pytest.mark.parametrize("name", ["x86_64", "aarch64"])


def decided(name, number, *arguments, arch=None, processes=False):
    """Run the filter as the kernel does, and return what it decides."""
    where = MACHINES[name]
    data = {0: number, 4: where.arch if arch is None else arch}
    for index, value in enumerate((*arguments, 0, 0, 0)):
        data[16 + 8 * index] = value & 0xFFFFFFFF
    code = program(where, PID, processes=processes)
    at = value = 0
    while True:
        operation, yes, no, k = code[at]
        at += 1
        if operation == 0x20:
            value = data[k]
        elif operation == 0x54:
            value &= k
        elif operation == 0x15:
            at += yes if value == k else no
        elif operation == 0x25:
            at += yes if value > k else no
        else:
            assert operation == 0x06
            return k


def number(name, x86, arm):
    return x86 if name == "x86_64" else arm


@BOTH
def test_what_every_library_does_is_allowed(name):
    """Read, write, map memory, wait, and end."""
    for call in number(name, (0, 1, 9, 10, 12, 202, 231), (63, 64, 222, 226, 214, 98, 94)):
        assert decided(name, call) == ALLOW


@BOTH
def test_every_call_of_the_tables_is_refused(name):
    """By its number on this processor."""
    column = MACHINES[name].column
    for table in (*ALWAYS, PROCESSES, MODES):
        for numbers in table.values():
            if numbers[column] is not None:
                assert decided(name, numbers[column]) == REFUSE


@BOTH
def test_another_instruction_set_ends_the_process(name):
    """Its numbers mean other calls."""
    assert decided(name, 1, arch=0x40000003) == KILL


@BOTH
@pytest.mark.parametrize("call", [NEWEST + 1, 462, 0x40000000 + 59, 0xFFFFFFFF])
def test_what_the_table_does_not_know_is_absent(name, call):
    """Newer calls, and x32 with its numbers far above."""
    assert decided(name, call) == ABSENT


@BOTH
def test_threads_are_no_processes(name):
    """A clone that shares all with its maker is allowed, any other is not, nor the newer call."""
    clone = number(name, 56, 220)
    assert decided(name, clone, 0x3D0F00) == ALLOW
    assert decided(name, clone, 0x1200011) == REFUSE
    assert decided(name, 435) == ABSENT


@BOTH
def test_signals_reach_the_worker_alone(name):
    """Its own id and its own group; everything, another group or process do not count."""
    kill, tgkill = number(name, (62, 234), (129, 131))
    assert decided(name, kill, PID) == decided(name, kill, 0) == ALLOW
    assert decided(name, tgkill, PID) == ALLOW
    for other in (1, -1, -PID, PID + 1):
        assert decided(name, kill, other) == REFUSE
    assert decided(name, tgkill, 1) == REFUSE


@BOTH
def test_a_file_that_is_only_read_is_not_emptied(name):
    """Opening with O_TRUNC needs the right to write, which Landlock decides."""
    openat = number(name, 257, 56)
    assert decided(name, openat, -100, 0, 0o1000) == REFUSE
    assert decided(name, openat, -100, 0, 0o1101) == ALLOW
    assert decided(name, openat, -100, 0, 0o2000000) == ALLOW
    assert decided(name, 437) == ABSENT


@BOTH
def test_neighbours_have_their_limits_and_owners_left_alone(name):
    """What takes a process id takes the worker's own, and no descriptor signals another."""
    prlimit, affinity, fcntl, ioctl = number(name, (302, 203, 72, 16), (261, 122, 25, 29))
    assert decided(name, prlimit, 0) == decided(name, prlimit, PID) == ALLOW
    assert decided(name, prlimit, 1) == decided(name, affinity, 1) == REFUSE
    assert decided(name, fcntl, 3, 8) == decided(name, fcntl, 3, 15) == REFUSE
    assert decided(name, fcntl, 3, 1030) == decided(name, ioctl, 3, 0x5401) == ALLOW
    assert decided(name, ioctl, 3, 0x5412) == REFUSE


@BOTH
def test_no_file_is_kept_from_others(name):
    """A lease on what is only read would let every other process wait for it."""
    fcntl = number(name, 72, 25)
    assert decided(name, fcntl, 3, 1024) == decided(name, fcntl, 3, 1026) == REFUSE
    assert decided(name, fcntl, 3, 1025) == decided(name, fcntl, 3, 1031) == ALLOW


@BOTH
def test_memory_that_no_limit_counts_is_absent(name):
    """Its users fall back on files; so do those of the machine's few asynchronous requests."""
    for numbers in UNCOUNTED.values():
        assert decided(name, numbers[MACHINES[name].column]) == ABSENT


@BOTH
def test_a_compiler_may_start_processes_and_nothing_else(name):
    """The profile opens that and what a linker does to its output."""
    execve, chmod, socket = number(name, (59, 91, 41), (221, 52, 198))
    assert decided(name, execve, processes=True) == decided(name, chmod, processes=True) == ALLOW
    assert decided(name, 435, processes=True) == ALLOW
    assert decided(name, socket, processes=True) == REFUSE


@pytest.mark.parametrize(
    ("version", "rights", "size"),
    [(1, 0x1FFF, 8), (2, 0x3FFF, 8), (3, 0x7FFF, 8), (4, 0x7FFF, 16), (5, 0xFFFF, 16),
     (6, 0xFFFF, 24), (7, 0xFFFF, 24)],
)  # fmt: skip
def test_each_landlock_is_asked_what_it_knows(version, rights, size):
    """An attribute that it does not know would be refused as a whole."""
    handled, attributes = landlock._handled(version)
    assert handled == rights
    assert len(attributes) == size


@pytest.mark.parametrize(("platform", "name"), [("darwin", "arm64"), ("linux", "riscv64")])
def test_a_machine_that_is_not_known_has_no_walls(monkeypatch, platform, name):
    """It is said so, and nothing is tried by numbers that mean something else there."""
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setattr("platform.machine", lambda: name)
    with pytest.raises(CannotWall, match="has no walls of ours"):
        machine()
