"""The journal: what is written comes back, and what is broken is refused with a hint."""

from __future__ import annotations

import io
import json
import math
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gradmark.errors import GradmarkError
from gradmark.journal import Entry, Footer, Header, Run, Writer, read, schema
from gradmark.session import BackendInfo
from gradmark.verdict import Detail, Outcome, Verdict

REFERENCE = {"name": "PyTorch", "version": "2.13.0", "is_the_specs": True}

HEADER = Header(
    backend=asdict(BackendInfo("mylib", version="0.1", recognised=("leaf: Tensor(data)",))),
    reference=REFERENCE,
    profile="tensor",
    size=3,
    musts=2,
    seed=7,
    started="2026-01-31T12:00:00Z",
    host={"python": "3.11.9", "platform": "Linux"},
    chapters=(("leaf", "Leaves"), ("data", "Data")),
    planned=("leaf.one", "leaf.two", "data.three"),
)

DETAIL = Detail(
    label="grad",
    line=4,
    step=6,
    expected="[1, nan]",
    observed="[0, 2]",
    reason="2 of 2 elements differ",
    max_abs=math.inf,
    max_rel=0.0,
    allowed="exact",
    index=(0,),
    shape=(2,),
    expected_items=("1", "nan"),
    observed_items=("0", "2"),
    differing=(0, 1),
    traceback='File "x.py"\n',
    output="\x1b[31mred\x00\u202e\ud800",
)


def entry(identity: str, outcome: Outcome = Outcome.PASS, **about: Any) -> Entry:
    detail = about.pop("detail", Detail())
    about = {
        "title": "X does Y",
        "level": "must",
        "profile": "tensor",
        "gradient": True,
        "counted": True,
        "holds": outcome.holds,
        **about,
    }
    return Entry(Verdict(identity, outcome, detail, seconds=0.25), **about)


ENTRIES = (
    entry("leaf.one"),
    entry("leaf.two", Outcome.FAIL, detail=DETAIL, script=("x = 1", ""), marked=(0,)),
    entry("data.three", level="should", counted=False, why="because"),
)


def written(path: Path, *, finish: bool = True, header: Header = HEADER) -> Path:
    with Writer(path, header) as writer:
        for one in ENTRIES:
            writer.add(one)
        if finish:
            writer.finish(1.5)
    return path


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="ascii").splitlines()


def refused(path: Path) -> GradmarkError:
    with pytest.raises(GradmarkError) as caught:
        read(path)
    assert caught.value.hint
    return caught.value


def test_what_is_written_comes_back(tmp_path: Path) -> None:
    """Infinities, empty indices, zeros and lone surrogates survive the round trip."""
    found = read(written(tmp_path / "run.jsonl"))
    assert found.header == HEADER
    assert found.entries == ENTRIES
    assert found.footer == Footer({"fail": 1, "pass": 2}, passed=1, seconds=1.5, exit_code=1)
    assert found.complete


@pytest.mark.parametrize("number", [0.0, -0.0, 1e-300, math.inf, -math.inf])
def test_any_error_comes_back_as_it_was(number: float) -> None:
    """A largest error of zero is not the same as none at all."""
    detail = Detail(max_abs=number, index=())
    line = json.loads(json.dumps(entry("a.b", detail=detail).to_json()))
    back = Entry.from_json(line).verdict.detail
    assert repr(back.max_abs) == repr(number)
    assert back.index == ()


def test_a_nan_comes_back_as_a_nan() -> None:
    """An error that is not a number has no number in JSON, and is written as a text."""
    line = entry("a.b", detail=Detail(max_rel=math.nan)).to_json()
    assert line["detail"] == {"max_rel": "nan"}
    back = Entry.from_json(line).verdict.detail.max_rel
    assert back is not None
    assert math.isnan(back)


def test_a_journal_is_plain_ascii(tmp_path: Path) -> None:
    """No control, bidirectional mark or lone surrogate of a library reaches the file raw."""
    raw = written(tmp_path / "run.jsonl").read_bytes()
    assert set(raw) <= {*range(0x20, 0x7F), 0x0A}
    assert rb"\u001b[31mred\u0000\u202e\ud800" in raw


def test_every_line_keeps_to_the_schema(tmp_path: Path) -> None:
    """The schema that is shipped describes what is written."""
    validator = jsonschema.Draft202012Validator(schema())
    for line in lines(written(tmp_path / "run.jsonl")):
        validator.validate(json.loads(line))


def test_the_schema_is_a_schema() -> None:
    """A schema that is broken would let anything through."""
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize(
    ("kind", "definition", "extra"),
    [
        (Header, "header", {"kind", "format"}),
        (BackendInfo, "backend", set()),
        (Detail, "detail", set()),
        (Verdict, "verdict", {"kind", "about"}),
        (Entry, "about", set()),
        (Footer, "footer", {"kind"}),
    ],
)
def test_the_schema_knows_every_field(kind: Any, definition: str, extra: set[str]) -> None:
    """A field that is added to the code is added to the schema."""
    names = {f.name for f in fields(kind)} - {"verdict"} | extra
    assert set(schema()["$defs"][definition]["properties"]) == names


def test_the_schema_knows_every_outcome() -> None:
    """The verdicts are those of the enumeration, and no others."""
    assert set(schema()["$defs"]["outcome"]["enum"]) == {o.value for o in Outcome}


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "note"},
        {"outcome": "good"},
        {"id": "no-chapter"},
        {"surprise": 1},
        {"detail": {"max_abs": "huge"}},
        {"detail": {"index": [-1]}},
        {"about": {"title": "X does Y"}},
    ],
)
def test_the_schema_is_strict(change: dict[str, Any]) -> None:
    """A line with something unknown in it is not a journal's."""
    line = {**entry("a.b").to_json(), **change}
    assert not jsonschema.Draft202012Validator(schema()).is_valid(line)


def test_a_missing_footer_is_an_incomplete_run(tmp_path: Path) -> None:
    """A run that died leaves what it had, without a score."""
    found = read(written(tmp_path / "run.jsonl", finish=False))
    assert found.footer is None
    assert found.entries == ENTRIES
    assert not found.complete
    assert found.score is None


def test_an_exception_leaves_no_footer(tmp_path: Path) -> None:
    """The writer does not claim an end that was not reached."""
    path = tmp_path / "run.jsonl"
    with pytest.raises(KeyboardInterrupt):
        interrupted(path)
    assert read(path) == Run(HEADER, ENTRIES[:1])


def interrupted(path: Path) -> None:
    with Writer(path, HEADER) as writer:
        writer.add(ENTRIES[0])
        raise KeyboardInterrupt


def test_a_torn_last_line_is_an_incomplete_run(tmp_path: Path) -> None:
    """Half a line at the end is what a killed writer leaves."""
    path = written(tmp_path / "run.jsonl")
    path.write_bytes(path.read_bytes()[:-20])
    found = read(path)
    assert found.entries == ENTRIES
    assert found.footer is None


def test_a_last_line_without_its_end_still_counts(tmp_path: Path) -> None:
    """An editor that strips the last newline takes nothing away."""
    path = written(tmp_path / "run.jsonl")
    path.write_bytes(path.read_bytes().rstrip())
    assert read(path).complete


def change_line(path: Path, number: int, **changes: Any) -> None:
    listed = lines(path)
    listed[number] = json.dumps({**json.loads(listed[number]), **changes})
    path.write_text("\n".join(listed) + "\n", encoding="ascii")


def test_a_torn_middle_line_is_refused(tmp_path: Path) -> None:
    """A hole in the middle is no run that died."""
    path = written(tmp_path / "run.jsonl")
    listed = lines(path)
    listed[2] = listed[2][:40]
    path.write_text("\n".join(listed) + "\n", encoding="ascii")
    error = refused(path)
    assert error.code == "broken-journal"
    assert error.message.endswith("line 3 is no JSON")


def test_a_doubled_verdict_is_refused(tmp_path: Path) -> None:
    """One behaviour has one verdict."""
    path = written(tmp_path / "run.jsonl", finish=False)
    path.write_text("\n".join([*lines(path), lines(path)[1]]) + "\n", encoding="ascii")
    assert "leaf.one has 2 verdicts" in refused(path).message


def test_merged_journals_are_refused(tmp_path: Path) -> None:
    """Two runs in one file would have two scores."""
    path = written(tmp_path / "run.jsonl")
    path.write_text(path.read_text(encoding="ascii") * 2, encoding="ascii")
    error = refused(path)
    assert "line 6 is a 'header' in the middle" in error.message
    assert "one journal is one run" in error.hint


def test_a_journal_of_another_format_is_refused(tmp_path: Path) -> None:
    """A later version's journal is not guessed at."""
    path = written(tmp_path / "run.jsonl")
    change_line(path, 0, format=2)
    error = refused(path)
    assert error.code == "foreign-journal"
    assert "format 2" in error.message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the first line is no journal's header"),
        (b"hello\n", "line 1 is no JSON"),
        (b"hello", "the first line is no journal's header"),
        (b'{"a": 1}\n', "the first line is no journal's header"),
        (b"[1]\n", "line 1 is no object"),
        (b"\x89PNG\r\n\x1a\n\xff\x00", "it can't be read"),
        (b"\x00" * 64 + b"\n", "line 1 is no JSON"),
        (b"[" * 100_000 + b"\n", "line 1 is no JSON"),
    ],
)
def test_what_is_no_journal_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    """Any other file is named as such, whatever is in it."""
    path = tmp_path / "run.jsonl"
    path.write_bytes(content)
    assert refused(path).message == f"{path}: {message}"


def test_a_journal_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """Neither a folder nor a name without a file is a journal."""
    assert "can't be read" in refused(tmp_path).message
    assert "can't be read" in refused(tmp_path / "run.jsonl").message


@pytest.mark.parametrize(
    ("number", "changes", "cause"),
    [
        (0, {"size": "three"}, "size can't be 'three'"),
        (0, {"surprise": 1}, "unknown field 'surprise'"),
        (0, {"backend": {}}, "no field 'name'"),
        (0, {"chapters": [["leaf"]]}, "chapters can't be ['leaf']"),
        (0, {"partial": 1}, "partial can't be 1"),
        (1, {"about": None}, "a verdict that does not say what it is about"),
        (1, {"outcome": "good"}, "'good' is not a valid Outcome"),
        (1, {"id": "<b>"}, "'<b>' is no behaviour's id"),
        (1, {"detail": {"label": 5}}, "label can't be 5"),
        (1, {"detail": {"max_abs": 10**400}}, "max_abs can't be 1000"),
        (1, {"detail": {"max_abs": []}}, "max_abs can't be []"),
        (1, {"detail": []}, "[] is no object"),
        (4, {"passed": None}, "passed can't be None"),
    ],
)
def test_a_field_of_another_type_is_refused(
    tmp_path: Path, number: int, changes: dict[str, Any], cause: str
) -> None:
    """Reports may rely on the types, since the reader checked them."""
    path = written(tmp_path / "run.jsonl")
    change_line(path, number, **changes)
    error = refused(path)
    assert error.message.endswith(f"line {number + 1} is not a journal's")
    assert error.cause.startswith(cause)


def test_a_verdict_nobody_planned_is_refused(tmp_path: Path) -> None:
    """The header says which behaviours the run is about."""
    path = written(tmp_path / "run.jsonl", finish=False)
    change_line(path, 2, id="leaf.other")
    assert "leaf.other was not planned" in refused(path).message


def test_a_footer_that_counts_otherwise_is_refused(tmp_path: Path) -> None:
    """A verdict that was cut out of the middle does not go unnoticed."""
    path = written(tmp_path / "run.jsonl")
    listed = lines(path)
    path.write_text("\n".join([*listed[:2], *listed[3:]]) + "\n", encoding="ascii")
    assert "its footer counts other verdicts" in refused(path).message


def test_a_place_that_can_not_be_written_is_said(tmp_path: Path) -> None:
    """An unwritable folder is the user's to mend, and the message says how."""
    with pytest.raises(GradmarkError) as caught:
        Writer(tmp_path / "absent" / "run.jsonl", HEADER)
    assert caught.value.code == "unwritable-output"
    assert "--out=DIR" in caught.value.hint


def test_a_disk_that_fills_up_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that fails later is no traceback of ours either."""
    writer = Writer(tmp_path / "run.jsonl", HEADER)
    writer._stream.close()
    monkeypatch.setattr(writer, "_stream", Full())
    with writer, pytest.raises(GradmarkError) as caught:
        writer.add(ENTRIES[0])
    assert caught.value.code == "unwritable-output"
    assert caught.value.cause == "[Errno 28] No space left on device"


class Full(io.StringIO):
    """A file on a full disk."""

    def flush(self) -> None:
        raise OSError(28, "No space left on device")


def test_a_lost_verdict_is_our_fault(tmp_path: Path) -> None:
    """A run that ends with fewer verdicts than it planned exits with 3."""
    with Writer(tmp_path / "run.jsonl", HEADER) as writer:
        writer.add(ENTRIES[0])
        assert writer.finish(1.0).exit_code == 3


def test_the_writer_shows_what_it_wrote(tmp_path: Path) -> None:
    """The entries so far are read back, so that a long run keeps none of them in memory."""
    with Writer(tmp_path / "run.jsonl", HEADER) as writer:
        writer.add(ENTRIES[1])
        assert writer.entries == ENTRIES[1:2]


@pytest.mark.parametrize(
    "change",
    [
        {"points": "1e999999999"}, {"points": "-5"}, {"points": "x"}, {"require": ["NOPE"]},
        {"behaviours": []}, {"rule": "max"},
    ],
)  # fmt: skip
def test_an_assignment_that_nobody_wrote_is_a_broken_journal(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    """Points and groups that no version writes are told as any other broken line is."""
    group = {
        "name": "A", "points": "1", "behaviours": ["a.b"], "rule": "sum", "require": [],
        "visibility": "visible", "bonus": False,
    }  # fmt: skip
    plan: dict[str, Any] = {
        "title": "T", "profile": "tensor", "groups": [{**group, **change}], "isolation": 1,
        "worth": {}, "pass_mark": None, "secret": False,
    }  # fmt: skip
    path = written(tmp_path / "run.jsonl", header=replace(HEADER, assignment=plan))
    assert refused(path).code == "broken-journal"
