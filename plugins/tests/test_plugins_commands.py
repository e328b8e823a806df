"""Backends that are no Python libraries: started by a command, and held to the protocol."""

import json
import shutil
import sys
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gradmark.behaviour import load_spec
from gradmark.errors import GradmarkError
from gradmark.session import Session
from gradmark.verdict import Outcome
from gradmark_backends import process
from gradmark_backends.backend import open_backend
from gradmark_backends.channel import Channel, pack
from gradmark_backends.commands import command_plan
from gradmark_backends.resolve import resolve
from gradmark_cli.main import main
from gradmark_reference.recorded import open_reference

NODE = Path(__file__).parents[1] / "examples" / "node"
SCHEMA = json.loads(files("gradmark_backends").joinpath("protocol.schema.json").read_text())
needs_node = pytest.mark.skipif(not shutil.which("node"), reason="there is no node in PATH")
WITHOUT = {
    "scale.graph-dies-with-its-result": Outcome.MISSING,
    "scale.values-freed-by-backward": Outcome.MISSING,
    "data.wrong-if-saved": Outcome.LENIENT,
}
"""JavaScript has no weak reference that dies at once; the engine saves numbers, not tensors."""

SPEAKING = """\
import json, os, struct, sys, time
reading, writing = int(os.environ["GRADMARK_READ"]), int(os.environ["GRADMARK_WRITE"])
def receive():
    size, extra = struct.unpack("<II", os.read(reading, 8))
    return json.loads(os.read(reading, size)), os.read(reading, extra)
def send(header, payload=b""):
    text = json.dumps(header).encode()
    os.write(writing, struct.pack("<II", len(text), len(payload)) + text + payload)
def opened(**more):
    it = {"library": "it", **more}
    send({"id": receive()[0]["id"], "is": "opened", "python": "x", "opened": it})
"""


@pytest.fixture
def speaking(tmp_path):
    """Open a program that is given as the rest of a Python script."""
    backends = []

    def start(source, **options):
        (tmp_path / "worker.py").write_text(SPEAKING + source)
        plan = command_plan(f"cmd:{sys.executable} worker.py", tmp_path)
        backends.append(
            open_backend(plan, **{"import_seconds": 5, "program_seconds": 1, **options})
        )
        return backends[-1]

    yield start
    for backend in backends:
        backend.close()


def verdicts(text, identities):
    """Ask behaviours of a backend that is named as a user names it."""
    plan = resolve(text, rootdir=NODE, invocation_dir=NODE)
    with open_backend(plan) as backend:
        session = Session(load_spec(), backend, open_reference("recorded", 0))
        return {identity: session.verdict(identity).outcome for identity in identities}


@needs_node
def test_an_engine_in_another_language_is_graded():
    """The JavaScript engine holds the whole scalar profile, but for what its language lacks."""
    wanted = {b.id: WITHOUT.get(b.id, Outcome.PASS) for b in load_spec().profile("scalar")}
    assert verdicts("cmd:node worker.mjs", wanted) == wanted


@needs_node
def test_an_engine_in_another_language_goes_through_pytest(graded):
    """By the same option as a library in Python."""
    graded.makeini("[pytest]\n")
    result = graded.runpytest(f"--backend=cmd:node {NODE}/worker.mjs", "--behaviour=sums.add")
    result.stdout.fnmatch_lines(["*cmd:node*node-engine 1.0*"])
    assert result.ret == 0


@pytest.fixture
def traffic(monkeypatch):
    """All headers and payloads that pass, by direction."""
    seen: dict[str, list[Any]] = {"request": [], "reply": []}

    def packing(header, payload=b""):
        seen["request"].append((json.loads(json.dumps(header)), payload))
        return pack(header, payload)

    def receiving(self, deadline=None, plain=Channel.receive):
        header, payload = plain(self, deadline)
        seen["reply"].append((json.loads(json.dumps(header)), payload))
        return header, payload

    monkeypatch.setattr(process, "pack", packing)
    monkeypatch.setattr(Channel, "receive", receiving)
    return seen


@pytest.mark.parametrize("text", ["gradmark_reference.model", "torch", "cmd:node worker.mjs"])
def test_what_passes_keeps_to_the_schema(traffic, text):
    """Requests, replies and programs, for libraries in Python and in another language."""
    if text.startswith("cmd:node") and not shutil.which("node"):
        pytest.skip("there is no node in PATH")
    verdicts(text, [b.id for b in load_spec()][::12])
    check = {
        name: jsonschema.Draft202012Validator({**SCHEMA, "oneOf": [{"$ref": f"#/$defs/{name}"}]})
        for name in ("request", "reply", "program")
    }
    for name, messages in traffic.items():
        for header, payload in messages:
            check[name].validate(header)
            if header.get("do") == "run":
                check["program"].validate(json.loads(payload))
    kinds = Counter(header["is"] for header, _ in traffic["reply"])
    assert kinds["trace"] > 50
    assert kinds["opened"] >= 1


@pytest.mark.parametrize(
    "header",
    [
        {"id": "7", "do": "open", "seconds": 1, "plan": {}},
        {"id": "0" * 16, "do": "run", "seconds": 1, "plan": {}},
        {"id": "0" * 16, "is": "trace"},
        {"id": "0" * 16, "is": "trace", "trace": {"seen": [[0, 1, ["tensor"]]]}},
        {"id": "0" * 16, "is": "pass"},
    ],
)
def test_the_schema_refuses_what_is_refused(header):
    """It describes the protocol, and not just anything."""
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(header)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cmd:no-such-program x", "there is no program 'no-such-program'"),
        ("cmd:", "there is no program '(nothing)'"),
        ("cmd:node 'x", "No closing quotation"),
        ("cmd:worker.py", "there is no program 'worker.py'"),
        ("cmd:.", "there is no program '.'"),
    ],
)
def test_a_command_that_is_none_is_refused(tmp_path, text, said):
    """Before anything is started, with what was looked for."""
    (tmp_path / "worker.py").write_text("")
    with pytest.raises(GradmarkError) as caught:
        command_plan(text, tmp_path)
    assert caught.value.code == "no-command"
    assert said in str(caught.value)
    assert "cmd:PROGRAM" in caught.value.hint


def test_files_are_named_from_where_the_user_is(tmp_path):
    """A worker has a folder of its own, so what names a file becomes absolute."""
    (tmp_path / "my worker.py").write_text("")
    plan = command_plan(f"cmd:{sys.executable} -u 'my worker.py' --deep", tmp_path)
    assert plan.target == f"{sys.executable} -u '{tmp_path}/my worker.py' --deep"


@pytest.mark.parametrize(
    ("source", "code", "said"),
    [
        ("sys.exit(3)", "import-crashed", "ended with exit status 3"),
        ("sys.exit(78)", "import-crashed", "ended with exit status 78"),
        ("os.write(writing, b'hello, it is me')", "import-protocol", "longer than allowed"),
        ("send({'id': '7', 'is': 'opened'}); time.sleep(9)", "import-protocol", "another question"),
        ("opened(colour='red')", "import-protocol", "without the fields of one"),
        ("opened(profile='huge')", "import-protocol", "a profile or a delivery that there is not"),
        ("time.sleep(60)", "import-timeout", "no answer within 1 s"),
    ],
)  # fmt: skip
def test_a_program_that_does_not_open_is_told(speaking, source, code, said):
    """What it did, what it printed, and where the protocol is written down."""
    with pytest.raises(GradmarkError) as caught:
        speaking(f"print('starting', flush=True)\n{source}\n", import_seconds=1)
    assert caught.value.code == code
    assert said in str(caught.value)
    assert caught.value.cause.startswith("starting")
    assert "GRADMARK_WRITE" in caught.value.hint


ANSWER = "opened()\nwhile True:\n    header, program = receive()\n    "


@pytest.mark.parametrize(
    ("source", "lost"),
    [
        ("sys.exit(0)", Outcome.CRASH),
        ("time.sleep(60)", Outcome.TIMEOUT),
        ("send({'id': header['id'], 'is': 'trace', 'trace': {'seen': [[0, 1, ['none']]]}})",
         Outcome.PROTOCOL),
        ("send({'id': header['id'], 'is': 'memory'})", Outcome.MEMORY),
        ("send({'id': header['id'], 'is': 'broken', 'text': 'mine'})", Outcome.UNGRADED),
    ],
)  # fmt: skip
def test_a_program_that_fails_costs_what_it_was_asked(speaking, source, lost):
    """The verdicts are those of a library in Python."""
    program = load_spec().get("operators.mul-grad").program()
    assert speaking(ANSWER + source).ask(program).lost is lost


def test_limits_hold_for_any_program(speaking):
    """Files and descriptors have their limits, and the folder is the worker's own."""
    source = (
        "import resource\n"
        "numbers = (resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE)\n"
        "limits = [resource.getrlimit(number)[0] for number in numbers]\n"
        "opened(recognised=[repr(limits), os.getcwd(), str(sorted(os.environ))])\nreceive()\n"
    )
    limits, folder, environment = speaking(source).info.recognised
    assert limits == "[268435456, 1024]"
    assert "gradmark-" in folder
    assert "PYTEST_CURRENT_TEST" not in environment


@pytest.mark.parametrize("level", [0, 2, 3])
def test_other_levels_are_refused(speaking, level):
    """The walls are Python's; what to do instead is said."""
    with pytest.raises(GradmarkError, match="runs at isolation level 1") as caught:
        speaking("", isolation=level)
    assert "isolation = 1 in the assignment file" in caught.value.hint


def test_nothing_is_recognised_about_a_program(capsys, monkeypatch):
    """It says itself who it is."""
    monkeypatch.chdir(NODE)
    assert main(["recognise", f"cmd:{sys.executable} worker.mjs"]) == 4
    assert "has an adapter" in capsys.readouterr().err
