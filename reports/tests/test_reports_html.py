"""The HTML report: what it says is the journal's, and nothing that a library said runs in it."""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from collections import Counter
from dataclasses import replace
from importlib.resources import files
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from gradmark.errors import GradmarkError
from gradmark.journal import Entry, Run, Writer, make_footer, read
from gradmark.verdict import Outcome, Verdict
from gradmark_reports.html import page, render, write

EVIL = {
    "script": "</script><script>document.title='owned'</script>",
    "title": "</title></style></pre></details><base href=//evil.example>",
    "image": "<img src=//evil.example/x onerror=alert(1)>",
    "attribute": '" onmouseover="alert(1)" x=\'',
    "template": "{{ header }}{% include 'x' %}{# #}",
    "entity": "&lt;b&gt;&#60;i&#62;",
    "controls": "\x00\x07\x1b[31mred\x1b[0m\x7f\x9b\r\n\tend",
    "bidi": "\u202egnp.exe\u2066\u2069\u200e\u200f\u061c\u2028",
    "surrogate": "\ud800\udfff",
    "huge": "b\x00<&>" * 1_000_000,
    "comment": "<!-- --><![CDATA[ ]]>",
    "newlines": "\n" * 3_000,
}

_SPEC = spec_from_file_location("parsing", Path(__file__).with_name("parsing.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
parsing = module_from_spec(_SPEC)
sys.modules[_SPEC.name] = parsing
_SPEC.loader.exec_module(parsing)
parsed, assert_sound = parsing.parsed, parsing.assert_sound


@pytest.mark.parametrize("hostile_run", EVIL.values(), ids=EVIL, indirect=True)
def test_hostile_strings_are_only_text(hostile_run: Run) -> None:
    """Whatever a library calls itself, says or prints, the page has our tags and no others."""
    text = render(hostile_run)
    assert_sound(text)
    assert len(text.encode("utf-8")) < 2_000_000


@pytest.mark.parametrize(
    ("hostile_run", "shown"),
    [
        (EVIL["script"], EVIL["script"]),
        (EVIL["attribute"], '" onmouseover="alert(1)" x=\''),
        (EVIL["template"], EVIL["template"]),
        (EVIL["entity"], EVIL["entity"]),
        (EVIL["controls"], r"\x00\x07\x1b[31mred\x1b[0m\x7f\x9b\r\n\tend"),
        (EVIL["bidi"], r"\u202egnp.exe\u2066\u2069\u200e\u200f\u061c\u2028"),
        (EVIL["surrogate"], r"\ud800\udfff"),
        (EVIL["huge"], "(4,999,000 characters cut)"),
    ],
    indirect=["hostile_run"],
    ids=["script", "attribute", "template", "entity", "controls", "bidi", "surrogate", "huge"],
)
def test_hostile_strings_are_shown_as_they_are(hostile_run: Run, shown: str) -> None:
    """A reader sees what was sent, in escapes where it could not be seen otherwise."""
    assert shown in parsed(render(hostile_run)).text()


def test_an_id_that_is_none_still_has_an_anchor(sample: Run) -> None:
    """A run that was made by hand may call its behaviours anything."""
    evil = '"><script>'
    entries = tuple(
        replace(e, verdict=replace(e.verdict, id=f"{evil}{n}", root=evil if e.verdict.root else ""))
        for n, e in enumerate(sample.entries)
    )
    found = assert_sound(render(Run(replace(sample.header, planned=()), entries)))
    assert "><script>" not in found.inside("script")
    assert page.anchor("leaf.computed") == "leaf.computed"


def test_the_page_says_what_it_is(sample: Run) -> None:
    """A language, a title, a colour scheme, and a width for phones."""
    found = assert_sound(render(sample))
    assert found.tags[0] == ("html", {"lang": "en"})
    assert found.inside("title") == "mylib 0.1 · Gradmark"
    metas = {
        a.get("name", ""): a["content"] for t, a in found.tags if t == "meta" if "content" in a
    }
    assert metas["viewport"] == "width=device-width, initial-scale=1"
    assert metas["color-scheme"] == "light dark"


def test_the_policy_allows_our_style_and_script_alone(sample: Run) -> None:
    """The hashes in the policy are those of the one style and the one script in the page."""
    found = parsed(render(sample))
    style, script = (
        base64.b64encode(hashlib.sha256(found.inside(tag).encode()).digest()).decode()
        for tag in ("style", "script")
    )
    (policy,) = (a["content"] for _, a in found.tags if "http-equiv" in a)
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def test_the_style_asks_nobody() -> None:
    """No import, no address, and nothing that would end the element."""
    style = css()
    assert not re.search(r"url\(|@import|//|[<\\]", style)


def test_the_script_asks_nobody() -> None:
    """Nothing that fetches, evaluates or writes markup, and nothing that would end the element."""
    script = files("gradmark_reports.html").joinpath("report.js").read_text("utf-8")
    assert not re.search(
        r"fetch|XMLHttp|import|eval|Function|innerHTML|outerHTML|document\.write|insertAdjacent|</|//",
        script,
    )


def css() -> str:
    folder = files("gradmark_reports.html")
    return "".join(folder.joinpath(f"{name}.css").read_text("utf-8") for name in ("style", "panel"))


def tokens(scheme: str) -> dict[str, str]:
    light, dark = re.findall(r":root \{(.*?)\}", css(), re.DOTALL)[:2]
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", light))
    return found | (
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", dark)) if scheme == "dark" else {}
    )


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_what_the_guidelines_say() -> None:
    """The formula gives the two values that everybody knows."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_ink_can_be_read_on_every_paper(scheme: str) -> None:
    """No pair of text and background falls below 4.5, whichever meet."""
    found = tokens(scheme)
    inks = [name for name in found if name.startswith("ink")]
    papers = [name for name in found if name.startswith("paper")]
    assert (len(inks), len(papers)) == (8, 4)
    weak = {(i, p): contrast(found[i], found[p]) for i in inks for p in papers}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


def test_text_has_the_colour_of_a_token() -> None:
    """A colour that is not a token would escape the check of contrast."""
    rules = css().split("(prefers-color-scheme: dark)")[1]
    used = set(re.findall(r"(?<![-\w])(?:color|background): ([^;]+);", rules))
    token = r"var\(--(ink|paper)[a-z-]*\)|inherit"
    assert [value for value in used if not re.fullmatch(token, value)] == []


def test_totals_are_the_journals(sample: Run) -> None:
    """Each cell of the table is the count of that outcome in that chapter."""
    text = render(sample)
    row = re.compile(r'<tr>\n<th scope="row">.*?data-chapter="(.*?)"(.*?)</tr>', re.DOTALL)
    found = {
        (chapter, word): int(number)
        for chapter, cells in row.findall(text)
        for word, number in re.findall(r'data-word="([a-z ]+)">(\d+)<', cells)
        if number != "0"
    }
    assert found == dict(Counter((e.chapter, e.outcome.value) for e in sample.entries))
    assert found["accumulation", "blocked"] == 2


def test_the_headline_shows_its_arithmetic(sample: Run) -> None:
    """Musts that hold, of musts, and what they are made of."""
    text = parsed(render(sample)).text()
    assert sample.score == (5, 12)
    assert "5 / 12 musts hold, 41.6 %" in text
    assert "5 hold: 4 ✓ pass + 1 ≈ lenient" in text
    assert "7 do not: 2 ✗ fail + 1 ∅ missing + 2 ⊘ blocked + 1 ! error + 1 ‼ crash" in text
    assert "Shoulds 1 / 3" in text
    assert "Without gradients 1 / 1" in text


def test_a_failure_shows_what_the_terminal_shows(sample: Run) -> None:
    """Statement, values, error, program, traceback, output, meaning, command, PyTorch's script."""
    text = parsed(render(sample)).text()
    for part in (
        "Backward of a second loss adds to the leaf's grad",
        "grad after the second backward: 3 of 4 elements differ, the first at index (0,)",
        "Expected PyTorch 2.13.0 5 5 5 5",
        "Observed mylib 0.1 ≠ 3 ≠ 3 ≠ 3 5",
        "largest error: 2 absolute, 0.4 relative; allowed: 2e-06 + 2e-05 × |expected|",
        "largest error: 3 absolute, inf relative",
        'File "mylib/engine.py", line 88, in backward out.grad * other.data TypeError: unsupported',
        "the end of what the library printed building graph backward: 3 nodes",
        "Every optimiser step over several losses relies on gradients that add up.",
        "backward assigns to x.grad instead of adding to it.",
        "gradmark run --backend=mylib --profile=tensor --behaviour=accumulation.two-losses",
        "import torch x = torch.ones(4)",
        "no-grad.nested left something behind",
        "fixing this may unblock 2",
        "2 behaviours wait for this one",
    ):
        assert part in text
    assert "<mark>second.backward()</mark>" in render(sample)


def test_what_blocks_most_comes_first(sample: Run) -> None:
    """Roots that others wait for, then what is wrong, what is absent, what does not count."""
    text = render(sample)
    summaries = re.findall(r'<details class="card (\w+)"[^>]*>\n<summary>.*class="id">(.*?)<', text)
    assert summaries == [
        ("fail", "accumulation.two-losses"),
        ("fail", "accumulation.matrix"),
        ("error", "second-backward.raises"),
        ("crash", "no-grad.nested"),
        ("missing", "no-grad.context"),
        ("fail", "data.version"),
        ("blocked", "accumulation.loop"),
        ("blocked", "accumulation.diamond"),
        ("lenient", "leaf.starts-at-none"),
        ("lenient", "second-backward.kind"),
    ]


def test_who_waits_stands_under_what_it_waits_for(sample: Run) -> None:
    """Blocked ones are listed by their root; one whose root is not shown says only that."""
    text = parsed(render(sample)).text()
    after = text.partition("may hold once that is mended.")[2]
    title = "Backward of a second loss adds to the leaf's grad"
    assert after.strip().startswith(f"Waiting for {title} 2 ⊘ blocked Backward in a loop")
    (waits, *_) = (e for e in sample.entries if e.outcome is Outcome.BLOCKED)
    alone = replace(waits, verdict=replace(waits.verdict, root=""))
    run = replace(sample, entries=(alone,), footer=None)
    assert "Waiting for what is not shown 1 ⊘" in parsed(render(run)).text()


def test_what_is_missing_is_named_once(sample: Run) -> None:
    """There is nothing to compare where the library lacks a name."""
    text = parsed(render(sample)).text()
    panel = text.partition("no-grad.context · level must")[2].partition("Program")[0]
    assert panel.count("no_grad is not in mylib") == 1
    assert "Expected" not in panel


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("./engine.py", "engine.py"),
        ("/srv/submissions/ada", "ada"),
        ("engine:Tensor", "engine:Tensor"),
        (".", "."),
        ("<b>/x", "<b>/x"),
    ],
)
def test_a_path_is_called_by_its_last_part(sample: Run, name: str, shown: str) -> None:
    """The heading is what tells one submission from the others; the whole path stands beside."""
    about = {**sample.header.backend, "name": name, "version": ""}
    found = parsed(render(replace(sample, header=replace(sample.header, backend=about))))
    assert found.text().startswith(f"{shown} · Gradmark")


def test_every_behaviour_has_an_anchor(sample: Run) -> None:
    """A link to a behaviour finds it, whatever its verdict."""
    assert {e.id for e in sample.entries} <= set(parsed(render(sample)).all("id"))


def test_equal_journals_give_equal_pages(sample: Run, tmp_path: Path) -> None:
    """The page is a function of the journal: nothing of today or of this machine is in it."""
    with Writer(tmp_path / "run.jsonl", sample.header) as writer:
        for entry in sample.entries:
            writer.add(entry)
        writer.finish(1.234)
    write(read(tmp_path / "run.jsonl"), tmp_path / "index.html")
    assert (tmp_path / "index.html").read_text(encoding="utf-8") == render(sample)


def test_an_incomplete_run_says_so(sample: Run) -> None:
    """Without a footer there is no score, and what is lacking is listed."""
    found = assert_sound(render(Run(sample.header, sample.entries[:8])))
    text = found.text()
    assert "incomplete run: 8 of 16 behaviours have a verdict, and it has no end: no score" in text
    assert "musts hold so far" in text
    assert "Without a verdict The run ended before these were judged. – accumulation.matrix" in text


def test_a_partial_run_says_so(sample: Run) -> None:
    """A selection has no score, and the selection is named."""
    header = replace(sample.header, partial=True, selection=("leaf.*",))
    text = assert_sound(render(replace(sample, header=header))).text()
    assert "partial selection: no score" in text
    assert "Selection leaf.*" in text
    assert "musts hold, " not in text


def test_another_reference_says_so(sample: Run) -> None:
    """A PyTorch that the spec does not speak about gives no score."""
    reference = {"name": "PyTorch", "version": "2.12.0", "is_the_specs": False}
    header = replace(sample.header, reference=reference)
    text = assert_sound(render(replace(sample, header=header))).text()
    assert "PyTorch 2.12.0, which is not the spec's: no score" in text


def test_an_ungraded_behaviour_is_not_the_librarys(sample: Run) -> None:
    """What could not be judged stands apart from what is to fix."""
    lost = Entry(Verdict("leaf.lost", Outcome.UNGRADED, root="leaf.absent"), "X does Y", "must",
                 "tensor", gradient=True, counted=True, holds=False)  # fmt: skip
    header = replace(sample.header, planned=(), size=1, musts=1)
    text = assert_sound(render(Run(header, (lost,), make_footer((lost,), 0.0)))).text()
    assert "1 ungraded, which is not the library's fault: no score" in text
    assert "Waits for leaf.absent" in text


def test_a_root_outside_the_run_is_named(sample: Run) -> None:
    """A selection may leave out what its behaviours wait for."""
    entries = tuple(e for e in sample.entries if e.outcome is Outcome.BLOCKED)
    found = assert_sound(render(Run(replace(sample.header, planned=()), entries)))
    assert "accumulation.two-losses was not part of this run" in found.text()


def test_an_empty_run_is_a_page(sample: Run) -> None:
    """Nothing to show is shown as nothing."""
    header = replace(sample.header, size=0, musts=0, planned=(), chapters=())
    text = assert_sound(render(Run(header, (), make_footer((), 0.0)))).text()
    assert "nothing that counts in this run: no score" in text
    assert "This run has no behaviours." in text


def test_a_place_that_can_not_be_written_is_said(sample: Run, tmp_path: Path) -> None:
    """An unwritable folder is the user's to mend."""
    with pytest.raises(GradmarkError) as caught:
        write(sample, tmp_path / "absent" / "index.html")
    assert caught.value.code == "unwritable-output"


def test_a_missing_jinja_is_said(sample: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message has the command that installs it."""
    page._environment.cache_clear()
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(GradmarkError) as caught:
        render(sample)
    assert caught.value.hint == "pip install 'gradmark[report]'"
