"""The walls of levels 2 and 3: attacks that succeed without them, and work that succeeds behind."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from gradmark.errors import GradmarkError
from gradmark.verdict import Outcome
from gradmark_backends.reach import obstacle

REACHED = {level: obstacle(level) for level in (2, 3)}


@pytest.fixture(params=[2, 3])
def level(request):
    """Each level that this machine can give."""
    if REACHED[request.param]:
        pytest.skip(REACHED[request.param])
    return request.param


HELPERS = """
import ctypes, os, signal, socket, subprocess, sys, time
libc = ctypes.CDLL(None, use_errno=True)
def call(*numbers): return libc.syscall(*map(ctypes.c_long, numbers)) >= 0
def seen(error): return ctypes.get_errno() == error
def left(number, control):
    if number >= 0: control(number, 0, None)
    return number >= 0
def attempt(function, *args):
    try: return int(function(*args) is not False)
    except OSError: return 0
"""

ATTACKS = {
    "read a file of the host": "open(secret).read()",
    "write a file of the host": "open(secret, 'a').write('x')",
    "empty a file of the host": "os.truncate(secret, 0)",
    "empty it while reading": "os.close(os.open(secret, os.O_RDONLY | os.O_TRUNC))",
    "change its mode": "os.chmod(secret, 0o644)",
    "change its times": "os.utime(secret, (1, 1))",
    "change its owner": "os.chown(secret, os.getuid(), os.getgid())",
    "set an attribute of it": "os.setxattr(secret, 'user.x', b'1')",
    "link to it": "os.link(secret, 'linked')",
    "rename it": "os.rename(secret, secret + '2')",
    "remove it": "os.unlink(secret)",
    "make a file beside it": "open(secret + '3', 'w').close()",
    "list the folder above": "os.listdir(os.path.dirname(secret))",
    "read it through a link": "(os.symlink(secret, 'way'), open('way').read())",
    "read it through /proc": "open('/proc/self/root' + secret).read()",
    "read a file of the user's": "open('/etc/passwd').read()",
    "write into its own library": "open(__file__, 'a').close()",
    "write to shared memory": "open('/dev/shm/gradmark-note', 'w').close()",
    "signal the parent": "os.kill(os.getppid(), 0)",
    "signal everything": "os.kill(-1, 0)",
    "signal by the kernel's hand": "__import__('fcntl').fcntl(1, 8, os.getppid())",
    "read the parent's memory": "open(f'/proc/{os.getppid()}/mem', 'rb').close()",
    "read the parent's environment": "open(f'/proc/{os.getppid()}/environ', 'rb').read()",
    "limit the parent": "__import__('resource').prlimit(os.getppid(), 7)",
    "hold on to the parent": "os.close(os.pidfd_open(os.getppid()))",
    "connect by TCP": "socket.create_connection(('127.0.0.1', port), 1).close()",
    "send by UDP": "socket.socket(2, 2).sendto(b'x', ('127.0.0.1', port))",
    "listen": "socket.create_server(('127.0.0.1', 0)).close()",
    "use an abstract socket": "socket.socket(1, 2).bind('\\0gradmark')",
    "pair sockets": "socket.socketpair()",
    "fork": "os.fork() or os._exit(0)",
    "vfork": "os.posix_spawn('/bin/true', ['true'], {})",
    "execute": "subprocess.run(['/bin/true'])",
    "become another program": "os.execv('/no/such', ['x']) if walled else None",
    "leave a daemon": "os.fork() or (os.setsid(), os.fork(), os._exit(0))",
    "trace itself": "call(trace, 0, 0, 0, 0)",
    "make a namespace": "call(unshare, 0x10000000) if walled or os.getuid() == 0 else None",
    "leave shared memory": "left(libc.syscall(shmget, 0, 4096, 0o1600), libc.shmctl)",
    "leave a queue": "left(libc.syscall(msgget, 0, 0o1600), libc.msgctl)",
    "keep a key": "call(keyctl, 0, -3, 0) if walled else None",
    "take memory that is not counted": "os.close(os.memfd_create('x'))",
    "watch the files of others": "os.close(libc.inotify_init1(0)) if walled else None",
    "keep others from a file": "__import__('fcntl').fcntl(open(os.__file__), 1024, 0)",
    "take the machine's requests": "libc.syscall(aio, 1, ctypes.byref(ctypes.c_long())) >= 0",
    "make a ring": "not walled or call(425, 1, 0) or not seen(1)",
    "open in a way that no filter sees": "call(437, -100, 0, 0, 24) or seen(14)",
    "use a call that came later": "not walled or call(452, -100, 0, 0, 0) or seen(14)",
    "step down in priority": "os.nice(1)",
}


def attacking(body, secret, port):
    numbers = {
        "x86_64": "trace, unshare, shmget, msgget, keyctl, aio = 101, 272, 29, 68, 250, 206",
        "aarch64": "trace, unshare, shmget, msgget, keyctl, aio = 117, 97, 194, 186, 219, 0",
    }[os.uname().machine]
    return (
        f"{HELPERS}\n{numbers}\nsecret, port, walled = {str(secret)!r}, {port}, WALLED\n"
        f"def attack(): return attempt(lambda: {body})\n"
    )


@pytest.fixture
def listening():
    """A port of the host's, by TCP and UDP."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def secret(tmp_path_factory):
    """A file of the host's, out of the library's way."""
    folder = tmp_path_factory.mktemp("host")
    (folder / "secret").write_text("4711")
    return folder / "secret"


def state(folder):
    return {p.name: (p.read_text(), p.stat().st_mode, p.stat().st_mtime) for p in folder.iterdir()}


@pytest.mark.skipif(bool(REACHED[2]), reason=REACHED[2])
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_process_of_its_own_is_no_wall(opened, secret, listening, attack):
    """At level 1 each of these succeeds, so that the next test can fail."""
    source = attacking(ATTACKS[attack], secret, listening).replace("WALLED", "False")
    if opened(source).number("attack"):
        return
    text = source + "print(attack())"
    plain = subprocess.run([sys.executable, "-c", text], capture_output=True, check=True, text=True)
    assert plain.stdout == "0\n"
    pytest.skip("this machine allows it to nobody")


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_walls_hold(opened, secret, listening, level, attack):
    """Nothing of it is possible, nothing outside has changed, and the library goes on."""
    before = state(secret.parent)
    source = attacking(ATTACKS[attack], secret, listening).replace("WALLED", "True")
    backend = opened(source, isolation=level)
    assert backend.number("attack") == 0
    assert backend.number("good") == 7
    assert state(secret.parent) == before


WORK = """
import ctypes, mmap, os, signal, tempfile, threading, time
def folder():
    os.makedirs("deep/er")
    with open("deep/er/file", "w") as file: file.write("x")
    os.rename("deep/er/file", "deep/file")
    os.truncate(os.open("deep/file", os.O_RDWR), 0)
    os.unlink("deep/file"); os.removedirs("deep/er")
    with tempfile.TemporaryFile() as file: return file.write(b"7")
def threads():
    found = []
    workers = [threading.Thread(target=found.append, args=(n,)) for n in range(20)]
    for worker in workers: worker.start()
    for worker in workers: worker.join()
    return len(found)
def memory():
    with mmap.mmap(-1, 1 << 20) as block: return len(block)
def alarm():
    heard = []
    before = signal.signal(signal.SIGUSR1, lambda *_: heard.append(1))
    os.kill(os.getpid(), signal.SIGUSR1)
    signal.raise_signal(signal.SIGUSR1)
    signal.signal(signal.SIGUSR1, before)
    return len(heard)
def machine():
    return int(os.cpu_count() > 0) + int(time.localtime().tm_year > 2000)
def native():
    double = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(lambda number: 2 * number)
    return ctypes.CDLL(None).abs(-5) + double(3)
def dice():
    return len(os.urandom(3)) + len(open("/dev/urandom", "rb").read(3))
"""


@pytest.mark.parametrize(
    ("name", "expected"),
    [("folder", 1), ("threads", 20), ("memory", 1 << 20), ("alarm", 2), ("machine", 2),
     ("native", 11), ("dice", 6)],
)  # fmt: skip
def test_a_library_can_work_behind_them(opened, level, name, expected):
    """Its own folder, threads, memory, signals to itself, native code."""
    assert opened(WORK, isolation=level).number(name) == expected


def test_numpy_works_behind_them(opened, level):
    """Also where a product is large enough for more than one thread."""
    pytest.importorskip("numpy")
    source = "import numpy\ndef total(): return int((numpy.ones((400, 400)) @ "
    backend = opened(source + "numpy.ones((400, 400))).sum())\n", isolation=level)
    assert backend.number("total") == 400**3


@pytest.mark.parametrize(
    ("body", "lost"),
    [
        ("os._exit(0)", Outcome.CRASH),
        ("os.abort()", Outcome.CRASH),
        ("os.kill(os.getpid(), 11)", Outcome.CRASH),
        ("ctypes.string_at(0)", Outcome.CRASH),
        ("time.sleep(60)", Outcome.TIMEOUT),
        ("os.closerange(3, 1000)", Outcome.PROTOCOL),
        ("call(59, 0, 0, 0) or os.closerange(3, 1000)", Outcome.PROTOCOL),
    ],
)
def test_a_death_behind_them_is_told_as_before(opened, level, body, lost):
    """And costs one program."""
    backend = opened(f"{HELPERS}\ndef bad(): {body}\n", isolation=level, program_seconds=0.5)
    assert backend.ask("bad").lost is lost
    assert backend.number("good") == 7


def test_memory_has_an_end_behind_them(opened, level):
    """The limits of level 1 are there too."""
    source = "def bad(): return len(bytes(2 << 30))\n"
    backend = opened(source, isolation=level, memory_bytes=1 << 30)
    assert backend.ask("bad").trace.stop.reason == "memory"


def test_nothing_kept_in_files_reaches_the_next_worker(opened, level):
    """A fresh worker's folder is empty, and the last one's is gone."""
    backend = opened(
        "import os\ndef note():\n    open('note', 'w').close()\n    return len(os.listdir('.'))\n"
        "def old(path): return int(os.path.exists(path))\ndef where(): return os.getcwd()\n",
        isolation=level,
    )
    assert backend.number("note") == 1
    place = backend.text("where")
    assert backend.number("note", fresh=True) == 1
    assert backend.number("old", place) == 0
    assert not Path(place).exists()


DAEMON = """
import os, signal, time
def daemon():
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            os.write(writing, str(os.getpid()).encode())
            os.closerange(3, 100)
            time.sleep(60)
        os._exit(0)
    return int(os.read(reading, 20))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="orphans can be caught on Linux alone")
def test_a_daemon_ends_with_its_worker(opened):
    """Also at level 1: what left the session has the fork server for a parent."""
    backend = opened(DAEMON)
    daemon = backend.number("daemon")
    os.kill(daemon, 0)
    backend.ask("good", fresh=True)
    with pytest.raises(ProcessLookupError):
        os.kill(daemon, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone says who may look")
def test_the_hosts_memory_is_its_own_while_it_grades(opened, level):
    """Others of the same user can't read it as long as a walled library is open."""
    from gradmark_backends.walls.system import PR_GET_DUMPABLE, prctl

    before = prctl(PR_GET_DUMPABLE)
    backend = opened(isolation=level)
    assert prctl(PR_GET_DUMPABLE) == 0
    backend.close()
    assert prctl(PR_GET_DUMPABLE) == before


def test_a_server_that_is_killed_is_replaced(opened):
    """Its workers end with it, which is a crash for the program at hand alone."""
    backend = opened(
        "import os, time\ndef bad():\n    os.kill(os.getppid(), 9)\n    time.sleep(9)\n"
    )
    assert backend.ask("bad").lost in {Outcome.CRASH, Outcome.TIMEOUT}
    assert backend.number("good") == 7


def test_a_worker_holds_its_own_descriptors_alone(opened, level):
    """Standard streams and two pipes; nothing of the server that it is a fork of."""
    source = "import os\ndef held(): return len(os.listdir('/proc/self/fd')) - 1\n"
    assert opened(source, isolation=level).number("held") == 5


def test_where_nothing_can_be_forked_each_worker_is_started_alone(opened, monkeypatch):
    """As on macOS: level 1 has all of its limits, and level 2 is refused."""
    monkeypatch.setattr("gradmark_backends.launch.available", lambda: False)
    backend = opened("import os\ndef bad(): os._exit(3)\n")
    assert backend.ask("bad").reason == "the process ended with exit status 3"
    assert backend.number("good", fresh=True) == 7
    with pytest.raises(GradmarkError, match="too-little-isolation"):
        opened(isolation=2)
