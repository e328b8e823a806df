"""seccomp: the calls that a worker has no use for and that would lead out of it.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import ctypes
import errno
import struct

from gradmark_backends.walls.system import Machine, machine, syscall

NEWEST = 451
"""The newest call that this table was made with; what came later is not there for a worker."""

Table = dict[str, tuple[int | None, int | None]]
"""Numbers by name: x86-64, then arm64."""

PROCESSES: Table = {"fork": (57, None), "vfork": (58, None), "execve": (59, 221),
    "execveat": (322, 281)}  # fmt: skip
"""What outlives its worker, or runs what is not under test."""

MODES: Table = {
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "utime": (132, None),
    "utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88), "truncate": (76, 45),
}  # fmt: skip
"""Landlock does not guard what a file's owner may change about it; ``truncate`` since version 3."""

OWNERS: Table = {
    "chown": (92, None), "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
}  # fmt: skip
"""Nor these, which no compiler needs either."""

LOOKING: Table = {
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "process_madvise": (440, 440), "process_mrelease": (448, 448), "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424), "kcmp": (312, 272),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282), "bpf": (321, 280),
}  # fmt: skip
"""Other processes' memory and descriptors, and the kernel's eyes."""

SOCKETS: Table = {
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200),
    "listen": (50, 201), "accept": (43, 202), "accept4": (288, 242),
}  # fmt: skip
"""Every family: Landlock knows TCP only. A pair of datagram sockets can reach a third one."""

RINGS: Table = {"io_uring_setup": (425, 425), "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427)}  # fmt: skip
"""What a ring is given, no filter sees."""

SIGNALS: Table = {"tkill": (200, 130), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240)}  # fmt: skip
"""Spellings of ``kill`` that only other processes would hear, or old ones."""

SHARED: Table = {
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "semget": (64, 190),
    "semop": (65, 193), "semctl": (66, 191), "semtimedop": (220, 192), "msgget": (68, 186),
    "msgsnd": (69, 189), "msgrcv": (70, 188), "msgctl": (71, 187), "mq_open": (240, 180),
    "mq_unlink": (241, 181), "add_key": (248, 217), "request_key": (249, 218),
    "keyctl": (250, 219),
}  # fmt: skip
"""Memory, queues and keys that live on when the worker is gone: a note to the next one."""

WATCHING: Table = {"inotify_init": (253, None), "inotify_init1": (294, 26)}
"""Names of files outside, and what happens to them; a user has few of these."""

UNCOUNTED: Table = {
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "io_setup": (206, 0),
}  # fmt: skip
"""Memory that no limit of a process counts, and requests of which the machine has few.

Whoever lacks them falls back on files.
"""

NEIGHBOURS: Table = {
    "setpriority": (141, 140), "sched_setparam": (142, 118), "sched_setscheduler": (144, 119),
    "sched_setattr": (314, 274), "ioprio_set": (251, 30), "migrate_pages": (256, 238),
    "move_pages": (279, 239),
}  # fmt: skip
"""What slows a process of the same user down."""

MACHINE: Table = {
    "mount": (165, 40), "umount2": (166, 39), "move_mount": (429, 429), "open_tree": (428, 428),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "pivot_root": (155, 41), "chroot": (161, 51),
    "unshare": (272, 97), "setns": (308, 268), "init_module": (175, 105),
    "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104),
    "kexec_file_load": (320, 294), "reboot": (169, 142), "swapon": (167, 224),
    "swapoff": (168, 225), "quotactl": (179, 60), "quotactl_fd": (443, 443), "acct": (163, 89),
    "syslog": (103, 116), "sethostname": (170, 161), "setdomainname": (171, 162),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "clock_adjtime": (305, 266),
    "adjtimex": (159, 171), "iopl": (172, None), "ioperm": (173, None), "vhangup": (153, 58),
    "uselib": (134, None), "personality": (135, 92), "fanotify_init": (300, 262),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "mknod": (133, None),
    "mknodat": (259, 33),
}  # fmt: skip
"""The machine itself: nothing but root could, and a worker may have been started by root."""

ALWAYS = (OWNERS, LOOKING, SOCKETS, RINGS, SIGNALS, SHARED, WATCHING, NEIGHBOURS, MACHINE)

CLONE, CLONE3, KILL, TGKILL = (56, 220), (435, 435), (62, 129), (234, 131)
OPEN, OPENAT, OPENAT2 = (2, None), (257, 56), (437, 437)
PRCTL, FALLOCATE = (157, 167), (285, 47)
PRLIMIT, AFFINITY, FCNTL, IOCTL = (302, 261), (203, 122), (72, 25), (16, 29)

_CLONE_THREAD = 0x10000
_ACCESS_OR_TRUNCATE, _TRUNCATE = 0o1003, 0o1000
_REACHING = (
    *(8, 10, 15),  # F_SETOWN, F_SETSIG, F_SETOWN_EX: the kernel would send the signal
    *(1024, 1026),  # F_SETLEASE, F_NOTIFY: others would wait for a file that is only read here
)
_HIDING = (4,)  # PR_SET_DUMPABLE: nobody could see any more which files it holds
_INJECTING = (0x8901, 0x8902, 0x5412, 0x541C)  # FIOSETOWN, SIOCSPGRP, TIOCSTI, TIOCLINUX

_LOAD, _EQUAL, _GREATER, _AND, _RETURN = 0x20, 0x15, 0x25, 0x54, 0x06
_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16
_ALLOW, _ERROR, _KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000

Instruction = tuple[int, int, int, int]
_EPERM = _ERROR | errno.EPERM
_ENOSYS = _ERROR | errno.ENOSYS


def _load(offset: int) -> Instruction:
    return (_LOAD, 0, 0, offset)


def _give(result: int) -> Instruction:
    return (_RETURN, 0, 0, result)


def _refuse(number: int | None, result: int = _EPERM) -> list[Instruction]:
    return [] if number is None else [(_EQUAL, 0, 1, number), _give(result)]


def _on(number: int | None, then: list[Instruction]) -> list[Instruction]:
    """Do something for one call, at whose end it is decided."""
    return [] if number is None else [(_EQUAL, 0, len(then), number), *then]


def _argument(index: int) -> Instruction:
    # The low half: all that is compared here is an int to the kernel.
    return _load(_ARGUMENTS + 8 * index)


def _unless(index: int, values: tuple[int, ...]) -> list[Instruction]:
    """Allow a call whose argument is one of the values, and no other."""
    tests = [t for v in values for t in ((_EQUAL, 0, 1, v & 0xFFFFFFFF), _give(_ALLOW))]
    return [_argument(index), *tests, _give(_EPERM)]


def _except(index: int, values: tuple[int, ...]) -> list[Instruction]:
    """Allow a call whose argument is none of the values."""
    tests = [t for v in values for t in ((_EQUAL, 0, 1, v), _give(_EPERM))]
    return [_argument(index), *tests, _give(_ALLOW)]


def _opening(index: int) -> list[Instruction]:
    """Refuse to empty a file that is opened for reading, which an early Landlock lets pass."""
    return [
        _argument(index),
        (_AND, 0, 0, _ACCESS_OR_TRUNCATE),
        (_EQUAL, 0, 1, _TRUNCATE),
        _give(_EPERM),
        _give(_ALLOW),
    ]


def program(where: Machine, pid: int, *, processes: bool = False) -> list[Instruction]:
    """Return the filter of a worker with this process id.

    ``processes`` lets it start others, as a compiler at run time has to.
    """
    column = where.column
    out = [
        _load(_ARCH),
        (_EQUAL, 1, 0, where.arch),
        # Another instruction set's calls have other numbers.
        _give(_KILL_PROCESS),
        _load(_NUMBER),
        # This refuses x32 too, whose numbers begin far above. Libraries fall back on older calls.
        (_GREATER, 0, 1, NEWEST),
        _give(_ENOSYS),
    ]
    for table in ALWAYS if processes else (*ALWAYS, PROCESSES, MODES):
        for numbers in table.values():
            out += _refuse(numbers[column])
    for numbers in UNCOUNTED.values():
        out += _refuse(numbers[column], _ENOSYS)
    # Its arguments are behind a pointer, where no filter looks; the C library then uses openat.
    out += _refuse(OPENAT2[column], _ENOSYS)
    out += _on(OPEN[column], _opening(1))
    out += _on(OPENAT[column], _opening(2))
    if not processes:
        out += _refuse(CLONE3[column], _ENOSYS)
        thread = [(_AND, 0, 0, _CLONE_THREAD), (_EQUAL, 0, 1, _CLONE_THREAD), _give(_ALLOW)]
        out += _on(CLONE[column], [_argument(0), *thread, _give(_EPERM)])
        out += _on(KILL[column], _unless(0, (pid, 0)))
        out += _on(TGKILL[column], _unless(0, (pid,)))
    out += _on(PRCTL[column], _except(0, _HIDING))
    # A disk is full in a moment, if nothing has to be written; the C library then writes.
    out += _refuse(FALLOCATE[column], _ERROR | errno.EOPNOTSUPP)
    out += _on(PRLIMIT[column], _unless(0, (0, pid)))
    out += _on(AFFINITY[column], _unless(0, (0, pid)))
    out += _on(FCNTL[column], _except(1, _REACHING))
    out += _on(IOCTL[column], _except(1, _INJECTING))
    return [*out, _give(_ALLOW)]


def restrict_calls(pid: int, *, processes: bool = False) -> None:
    """Refuse this process, for good, what the filter refuses.

    ``no_new_privs`` has to be set. Raises OSError, and `CannotWall` for an unknown processor.
    """
    where = machine()
    code = b"".join(struct.pack("=HBBI", *i) for i in program(where, pid, processes=processes))
    kept = ctypes.create_string_buffer(code, len(code))
    wanted = struct.pack("@HP", len(code) // 8, ctypes.addressof(kept))
    mode_filter, all_threads = 1, 1
    syscall(where.seccomp, mode_filter, all_threads, ctypes.c_char_p(wanted))
