"""The generated pages: what they say, and that those in the docs are the ones that are made."""

import re
import sys
from pathlib import Path

import pytest

from gradmark.behaviour import Chapter, Spec, load_spec
from gradmark.claims import load_claims
from gradmark.claims.claim import detail, must
from gradmark_reference.live import Live
from gradmark_reference.pages import __main__ as command
from gradmark_reference.pages import pages, stale, write
from gradmark_reference.pages.catalogue import chapter_page, index_page, kills
from gradmark_reference.pages.errata import errata_page
from gradmark_reference.pages.markdown import fenced, plain, table
from gradmark_reference.recorded import Recorded

DOCS = Path(__file__).parents[2] / "conformance" / "docs"

CLAIMS = (
    must("sums.double", "A sum of two doubles.", "003:7-9 003:2 000:5 001:6",
         contradicted="It is one.", where="003:7-9 003:2 000:5", since="0.4"),
    detail("sums.slow", "A sum | takes time.", "003:4", partly="A <b>sum</b> is slow.",
           out_of_scope="No number to check."),
    must("sums.fine", "A sum is fine.", "000:1"),
)  # fmt: skip


@pytest.fixture(scope="module")
def made():
    """The pages of the whole spec."""
    return pages(load_spec(), load_claims(), Recorded())


@pytest.fixture
def spec():
    """A spec of one behaviour."""
    sums = Chapter("sums", "Sums_and more")

    @sums.behaviour(
        "double",
        "x + x doubles the gradient",
        profile="scalar",
        claims=["sums.double", "sums.fine"],
        source="a book",
        why="Both sides count.",
        mistake="Only *one* side counts.",
    )
    def _(lib):
        x = lib.tensor(3.0, requires_grad=True)
        y = x + x
        y.backward()
        lib.observe("gradient", x.grad)

    return Spec(tuple(sums.behaviours.values()), (("sums", sums.title),))


def test_pages_are_current(made):
    """The docs hold what `python -m gradmark_reference.pages --write conformance/docs` writes."""
    assert stale(DOCS, made) == []


def test_every_behaviour_has_an_entry(made):
    """A behaviour is in its chapter's page, once."""
    for behaviour in load_spec():
        chapter, _, slug = behaviour.id.partition(".")
        assert made[f"catalogue/{chapter}.md"].count(f'<a id="{slug}"></a>\n') == 1


def test_links_lead_somewhere(made):
    """What a page links to is a page that is made with such an anchor, or the kill matrix."""
    anchors = {name: set(re.findall(r'<a id="([^"]+)">', text)) for name, text in made.items()}
    for name, text in made.items():
        for target in re.findall(r"\]\(([^)]+)\)", text):
            path, _, anchor = target.partition("#")
            page = (Path(name).parent / path).as_posix()
            if path.startswith("../"):
                page = path.removeprefix("../")
            assert page == "kill-matrix.md" or page in made, (name, target)
            assert not anchor or page == "kill-matrix.md" or anchor in anchors[page], (name, target)


def test_the_errata_have_every_difference(made):
    """Each claim that is wrong or partly right is told, with the document's own version."""
    for claim in load_claims():
        told = f"| {plain(claim.says)} | {plain(claim.statement)} |" in made["errata.md"]
        assert told == (claim.verdict != "holds"), claim.id


def test_an_entry(spec):
    """An entry is title, marks, reason, mistake, program, answer, bugs, claims and source."""
    killers = {"sums.double": ["[`a-bug`](../kill-matrix.md#a-bug): It forgets."]}
    page = chapter_page("sums", spec, CLAIMS, Live(), killers)
    assert page.splitlines() == [
        "# Sums\\_and more",
        "",
        "1 behaviour. [All chapters](../catalogue.md)",
        "",
        '<a id="double"></a>',
        "",
        "## x + x doubles the gradient",
        "",
        "`sums.double` · must · profile scalar · pure",
        "",
        "Both sides count.",
        "",
        "*Usual mistake:* Only \\*one\\* side counts.",
        "",
        "```python",
        "import torch",
        "",
        "x = torch.tensor(3.0, requires_grad=True)",
        "y = x + x",
        "y.backward()",
        'print("gradient:", x.grad)',
        "```",
        "",
        "PyTorch 2.13.0 answers:",
        "",
        "```",
        "gradient: 2",
        "```",
        "",
        "Bugs that it catches:",
        "",
        "- [`a-bug`](../kill-matrix.md#a-bug): It forgets.",
        "",
        "Claims that it checks:",
        "",
        "- `sums.double`: A sum of two doubles. ([erratum](../errata.md))",
        "- `sums.fine`: A sum is fine.",
        "",
        "Source: a book",
    ]


def test_the_index_counts(spec):
    """The index has a line a chapter, and every claim out of scope with its reason."""
    lines = index_page(spec, CLAIMS).splitlines()
    assert "| [Sums\\_and more](catalogue/sums.md) | 1 | 1 | 0 | 0 | 1 |" in lines
    assert "| all | 1 | 1 | 0 | 0 | 1 |" in lines
    assert "| `sums.slow` | A sum \\| takes time. | No number to check. |" in lines


def test_the_errata_go_by_document(spec):
    """A claim is under each document that gets it wrong, with the lines of that one."""
    page = errata_page(spec, CLAIMS, "2.13.0")
    first, second, third = re.split(r"^## ", page, flags=re.MULTILINE)[1:4]
    link = "[`sums.double`](catalogue/sums.md#double)"
    wrong = f"| It is one. | A sum of two doubles. | 0.4 | {link} |"
    assert f"| 5 {wrong}" in first
    assert "Partly right" not in first
    assert second == "001: an article on backward\n\n"
    assert third == "002: notes on gradients\n\n"
    assert f"| 2, 7–9 {wrong}" in page
    assert (
        r"| 4 | A \<b\>sum\</b\> is slow. | A sum \| takes time. | – "
        r"| out of scope: No number to check. |"
    ) in page


def test_kills_are_own_kills():
    """What a mutant kills as its own is told with the bug's title."""
    told = "The leaf keeps its own total, which clearing .grad does not reach."
    link = "[`total-kept-beside-grad`](../kill-matrix.md#total-kept-beside-grad)"
    assert f"{link}: {told}" in kills()["zeroing.zero-in-place"]


def test_text_stays_text():
    """No character of a text is taken for Markdown, in a line, in a table or in a block."""
    assert plain("a_b *c* <i>\n `d` | [e](f)") == r"a\_b \*c\* \<i\> \`d\` \| \[e\](f)"
    assert fenced(["```", "x"]) == ["````", "```", "x", "````"]
    assert table(["a", "b"], [["1", "2"]]) == ["| a | b |", "| --- | --- |", "| 1 | 2 |"]


def test_stale_pages_are_found_and_written(tmp_path):
    """A page that is missing, changed or made no more is named; writing puts it right."""
    made = {"errata.md": "new", "catalogue/sums.md": "sums", "catalogue.md": "same"}
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "catalogue" / "gone.md").write_text("old")
    (tmp_path / "errata.md").write_text("old")
    (tmp_path / "catalogue.md").write_text("same")
    (tmp_path / "language.md").write_text("by hand")
    changed = stale(tmp_path, made)
    assert changed == ["errata.md", "catalogue/sums.md", "catalogue/gone.md"]
    for name in changed:
        write(tmp_path / name, made.get(name))
    assert stale(tmp_path, made) == []
    assert (tmp_path / "language.md").read_text() == "by hand"


def test_the_command(tmp_path, monkeypatch, capsys):
    """--check says what is out of date and exits with 1; --write writes it."""
    monkeypatch.setattr(command, "pages", lambda *_: {"errata.md": "text"})
    page = tmp_path / "errata.md"
    for option, code, said in [
        ("--check", 1, f"out of date: {page}\n"),
        ("--write", 0, f"written: {page}\n"),
        ("--check", 0, ""),
    ]:
        monkeypatch.setattr(sys, "argv", ["pages", option, str(tmp_path)])
        assert command.main() == code
        assert capsys.readouterr().out == said
    assert page.read_text() == "text"
