"""What the page adds to the verdicts: the grade, an earlier run, the graph, the glossary."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from fractions import Fraction
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from gradmark.assignment import Assignment, Group
from gradmark.errors import GradmarkError
from gradmark.graph import Graph, Node
from gradmark.journal import Entry, Run, make_footer
from gradmark.verdict import Detail, Outcome
from gradmark_reports.audience import only, shown
from gradmark_reports.comparison import compare
from gradmark_reports.html import render
from gradmark_reports.html.drawing import drawn
from gradmark_reports.html.glossed import Glossed
from gradmark_reports.terminal import summary_lines

_SPEC = spec_from_file_location("parsing", Path(__file__).with_name("parsing.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
parsing = module_from_spec(_SPEC)
sys.modules[_SPEC.name] = parsing
_SPEC.loader.exec_module(parsing)
assert_sound = parsing.assert_sound

LEAF = tuple(f"leaf.{name}" for name in ("requires-grad", "others-stay-none", "starts-at-none"))
ADDING = tuple(f"accumulation.{name}" for name in ("two-losses", "loop", "diamond"))
GROUPS = (
    Group("Leaves", Fraction(4), LEAF),
    Group("Adding up", Fraction(20, 3), ADDING, visibility="after_due_date"),
    Group("Rest", Fraction(2), ("no-grad.context", "no-grad.nested"), rule="min"),
    Group("Extra", Fraction(1), ("data.shares-memory",), bonus=True),
)


def graded(run: Run, *groups: Group, **more: Any) -> Run:
    assignment = Assignment("Homework <4>", "tensor", groups, isolation=1, **more)
    return replace(run, header=replace(run.header, assignment=assignment.to_json()))


def text_of(run: Run, **options: Any) -> str:
    text: str = assert_sound(render(run, **options)).text()
    return text


def test_the_grade_shows_its_arithmetic(sample: Run) -> None:
    """The total, the share, the mark, what each group brought and how."""
    visible = tuple(replace(group, visibility="visible") for group in GROUPS)
    text = text_of(graded(sample, *visible, pass_mark=Fraction(1, 2)))
    assert "Gradmark / Homework <4>" in text
    assert "Grade 5 / 12.67 points, 39.5 %" in text
    assert "✗ not passed: 50 % of the points are needed" in text
    assert "4 + 0 + 0 + 1 = 5" in text
    assert "Leaves 3 of 3 behaviours, 1.33 points each 4 / 4" in text
    assert "Rest 0 of 2 behaviours, all or nothing 1 ∅ missing 1 ‼ crash 0 / 2" in text
    assert "Extra bonus 1 of 1 behaviour, 1 point each 1 / 1" in text
    assert "accumulation.two-losses · level must · 0 of 2.22 points" in text


def test_the_groups_points_add_up_as_they_are_written(sample: Run) -> None:
    """Thirds are rounded such that the sum of what is written is what is written."""
    thirds = [Group(name, Fraction(1, 3), (name,)) for name in LEAF]
    run = graded(sample, *thirds)
    text = text_of(run)
    assert "0.34 + 0.33 + 0.33 = 1" in text
    assert re.findall(r"points each ([\d.]+ / [\d.]+)", text) == [
        "0.34 / 0.34", "0.33 / 0.33", "0.33 / 0.33"
    ]  # fmt: skip
    total, *lines = summary_lines(run)[:4]
    assert ": 1 of 1 points" in total
    assert [line.split("  ")[1] for line in lines] == ["0.34 of 0.34", *["0.33 of 0.33"] * 2]


def test_a_lost_verdict_is_no_grade(sample: Run) -> None:
    """The page says why there is no grade, and writes no zero."""
    text = text_of(graded(Run(sample.header, sample.entries[:5]), GROUPS[0], *GROUPS[2:]))
    assert "No grade ? / 6 points" in text
    assert "3 behaviours were not asked, no-grad.context for one" in text


def test_a_students_page_has_no_trace_of_a_hidden_group(sample: Run) -> None:
    """Neither name, points, ids nor titles; no total, and no list of what is in no group."""
    page = render(graded(sample, *GROUPS, pass_mark=Fraction(1, 2)))
    text = assert_sound(page).text()
    assert "Points of the visible groups 5 / 6 points, 83.3 %" in text
    assert "1 group of the assignment is not shown here, and neither is the total." in text
    for part in ("Adding up", "accumulation", "Gradients add up", "6.67", "12.67", "passed"):
        assert part not in text
    assert "second-backward" not in text


def test_what_waits_for_a_hidden_behaviour_does_not_name_it(sample: Run) -> None:
    """A visible behaviour that is blocked by a hidden one shows neither its id nor its values."""
    entries = tuple(
        replace(e, verdict=replace(e.verdict, note="leaf.grad-fn left it: accumulation.two-losses"))
        if e.id == "accumulation.loop"
        else e
        for e in sample.entries
    )
    groups = (Group("Seen", Fraction(1), ("accumulation.loop",)), *GROUPS[:1], GROUPS[1])
    groups = (*groups[:2], replace(groups[2], behaviours=ADDING[:1]))
    page = render(graded(replace(sample, entries=entries), *groups))
    text = assert_sound(page).text()
    assert "accumulation.two-losses" not in page
    assert "waits for a behaviour that is not shown" in text
    assert "a behaviour that is not shown left it: a behaviour that is not shown" in text
    assert "What fails here waits for behaviours that are not shown." in text
    assert "3 of 4 elements differ" not in text


def test_a_program_neither_names_nor_marks_what_is_hidden(sample: Run) -> None:
    """Blocked by a hidden one it has no marked line; control labels name visible owners alone."""
    script = (
        "import mylib",
        "print('control: accumulation.two-losses (2)', x.grad)",
        "print('control: leaf.computed', x.grad)",
        "print('control: leaf.requires-grad', x.grad)",
    )
    entries = tuple(
        replace(e, script=script, torch_script=script, marked=(1,)) for e in sample.entries
    )
    seen = Group("Seen", Fraction(1), ("accumulation.loop", "no-grad.context"))
    secret = Group("Secret", Fraction(1), ("accumulation.two-losses",), visibility="hidden")
    run = replace(sample, entries=entries)
    shown_run = shown(graded(run, seen, GROUPS[0], secret)).run
    (loop,) = [e for e in shown_run.entries if e.id == "accumulation.loop"]
    (own,) = [e for e in shown_run.entries if e.id == "no-grad.context"]
    hidden = (
        script[0],
        "print('control: hidden (2)', x.grad)",
        "print('control: hidden', x.grad)",
        script[3],
    )
    assert (loop.script, loop.torch_script, own.script) == (hidden, hidden, hidden)
    assert (loop.marked, own.marked) == ((), (1,))
    assert loop.verdict.detail == Detail(reason="waits for a behaviour that is not shown")
    page = render(graded(run, seen, secret))
    assert "accumulation.two-losses" not in page
    assert page.count("<mark>") == 1


def test_a_label_does_not_name_a_hidden_owner(sample: Run) -> None:
    """Where a visible one fails by itself at a hidden one's control, the label says only that."""
    (failing,) = [e for e in sample.entries if e.id == "accumulation.matrix"]
    detail = replace(failing.verdict.detail, label="control: leaf.computed (2)")
    failing = replace(failing, verdict=replace(failing.verdict, detail=detail))
    (entry,) = only(replace(sample, entries=(failing,)), {failing.id}).entries
    assert entry.verdict.detail.label == "control: hidden (2)"


def test_a_visible_bonus_is_a_share_of_the_visible_groups(sample: Run) -> None:
    """More than all of the points is said beside what it is a share of."""
    groups = (GROUPS[0], GROUPS[1], replace(GROUPS[3], points=Fraction(2)))
    text = text_of(graded(sample, *groups))
    assert "6 / 4 points, 150 % of the visible groups" in text


def test_a_group_that_requires_a_hidden_one_is_hidden(sample: Run) -> None:
    """Its points would tell how the hidden one came out."""
    waiting = replace(GROUPS[3], name="Later", require=("Adding up",))
    text = text_of(graded(sample, GROUPS[0], GROUPS[1], waiting))
    assert "2 groups of the assignment are not shown here" in text
    assert "Later" not in text


def test_the_teachers_page_shows_everything(sample: Run) -> None:
    """Hidden groups stand in it and are marked, and the page says whose it is."""
    text = text_of(graded(sample, *GROUPS), teacher=True)
    assert "The teacher's copy: it holds 1 group that students don't see." in text
    assert (
        "Adding up after due date 0 of 3 behaviours, 2.22 points each "
        "1 ✗ fail 2 ⊘ blocked 0 / 6.67" in text
    )
    assert "Grade 5 / 12.67 points" in text


def test_a_secret_seed_stays_secret(sample: Run) -> None:
    """The page says that there is one, not which."""
    assert "Seed secret" in text_of(graded(sample, GROUPS[0], secret=True))


def test_an_assignment_that_can_not_be_read_is_said(sample: Run) -> None:
    """A journal that was written by hand gives a typed error."""
    run = replace(sample, header=replace(sample.header, assignment={"title": "x"}))
    with pytest.raises(GradmarkError) as caught:
        render(run)
    assert caught.value.code == "broken-journal"


def changed(run: Run, **outcomes: Outcome) -> Run:
    """Return a run in which some behaviours, by the second half of their ids, came out so."""
    wanted = {name.replace("_", "-"): outcome for name, outcome in outcomes.items()}
    entries = tuple(with_outcome(e, wanted.get(e.id.partition(".")[2])) for e in run.entries)
    return Run(run.header, entries, make_footer(entries, 1.0))


def with_outcome(entry: Entry, outcome: Outcome | None) -> Entry:
    if outcome is None:
        return entry
    verdict = replace(entry.verdict, outcome=outcome, root="")
    return replace(entry, verdict=verdict, holds=outcome.holds)


def test_an_earlier_run_shows_what_changed(sample: Run) -> None:
    """Fixed, broken, another failure, same; and each card that changed says so."""
    before = changed(
        sample,
        matrix=Outcome.PASS,
        computed=Outcome.FAIL,
        context=Outcome.ERROR,
        grad_fn=Outcome.PASS,
    )
    found = compare(before, sample)
    assert found.kinds == {
        "accumulation.matrix": "broken", "leaf.computed": "fixed", "no-grad.context": "other"
    }  # fmt: skip
    assert (found.holding, found.failing, found.new, found.gone) == (6, 7, (), ())
    text = text_of(sample, before=before)
    assert "▲ fixed 1 ▼ broken 1 ↔ fails in another way 1 = same 13 6 hold, 7 fail" in text
    assert "Broken: 1 behaviour ✓ pass → now ✗ fail A shared weight adds up" in text
    assert "▼ broken since accumulation.matrix" in text
    assert 'data-c="fixed"' in render(sample, before=before)


def test_runs_on_other_terms_are_said_to_be(sample: Run) -> None:
    """What a comparison means is for the reader to judge, who is told how the runs differ."""
    header = replace(sample.header, profile="torch", seed=3)
    fewer = Run(header, sample.entries[:9])
    found = compare(fewer, sample)
    assert found.unlike == (
        "profile: torch, and now tensor",
        "seed: 3, and now 0",
        "the earlier run is not complete",
    )
    assert len(found.new) == 7


def test_an_earlier_run_leaks_nothing_hidden(sample: Run) -> None:
    """A comparison is about what the page shows, and about nothing else."""
    before = changed(sample, two_losses=Outcome.PASS)
    text = text_of(graded(sample, *GROUPS), before=before)
    assert "▼ broken 0" in text
    assert "Only in the earlier one" not in text
    assert "/ 12)" not in text


def test_a_failure_has_a_picture_of_its_graph(sample: Run) -> None:
    """Leaves, operations, what is saved and freed, where backward begins, what went wrong."""
    found = assert_sound(render(sample))
    written = [data for tag, data in found.data if tag == "text"]
    assert written == [
        "x", "leaf", "[1 1 1 1]", "✗ gradient differs", "want [5 5 5 5]", "got  [3 3 3 5]",
        "× 2", "saves 2", "freed", "∂ [1 1 1 1]",
        "× 3", "saves 3", "freed", "∂ [1 1 1 1]",
        "sum", "= first", "◀ backward", "∂ 1",
        "sum", "= second", "◀ backward", "∂ 1",
    ]  # fmt: skip
    (said,) = (a["aria-label"] for t, a in found.tags if t == "svg" and "width" in a)
    assert said.startswith("Graph. x: a leaf; gradient differs. × 2: × 2 of x. first: sum of × 2")
    assert "values and gradients are PyTorch 2.13.0's" in found.text()


def test_nodes_stand_apart_and_inputs_to_the_left(sample: Run) -> None:
    """No two boxes overlap, and every edge leads to the right."""
    graph = next(e.graph for e in sample.entries if e.graph)
    drawing = drawn(graph, Detail())
    boxes = drawing.boxes
    for one in boxes:
        for other in boxes:
            apart = abs(one.x - other.x) > 148 or one is other
            above, below = sorted((one, other), key=lambda box: box.y)
            assert apart or above.y + above.height < below.y
    ends = re.findall(r"M(\d+) \d+C[^m]* (\d+) \d+m", drawing.way)
    assert len(ends) == 4
    assert all(int(start) < int(end) for start, end in ends)
    assert drawing.edges == ""


def test_a_graph_that_is_cut_says_so() -> None:
    """What is not drawn is counted."""
    graph = Graph((Node(1, "leaf", "ones"), Node(2, "operation", "exp", inputs=(1,))), left_out=40)
    assert "40 more not drawn" in drawn(graph, Detail()).legend


def test_an_operation_whose_operands_are_not_drawn_is_still_one() -> None:
    """Those who can't see the picture hear what it is."""
    graph = Graph((Node(1, "operation", "× 4", "term"),))
    assert drawn(graph, Detail()).words.startswith("Graph. term: × 4. ")


def test_terms_lead_to_the_glossary_once_a_text() -> None:
    """The first use of a term is a link; everything else is text, and only text."""
    glossed = Glossed()
    text = str(glossed("A leaf's gradient <b>, and a leaf changed in place."))
    assert text == (
        'A <a class="term" href="#word-leaf">leaf&#39;s</a> '
        '<a class="term" href="#word-gradient">gradient</a> &lt;b&gt;, and a leaf changed '
        '<a class="term" href="#word-in-place">in place</a>.'
    )
    assert [term.name for term in glossed.terms] == ["gradient", "in-place", "leaf"]
