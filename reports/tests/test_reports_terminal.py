"""The terminal's text: literal, in one order, and harmless to the terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gradmark.journal import Entry, Run, make_footer
from gradmark.verdict import Detail, Outcome, Verdict
from gradmark_reports.terminal import failure_text, summary_lines
from gradmark_reports.visible import visible, visible_line

ACCUMULATES = """\
Backward of a second loss adds to the leaf's grad
accumulation.two-losses · must · fail

grad after the second backward: 3 of 4 elements differ, the first at index (0,)
  expected     | observed
  [5, 5, 5, 5] | [3, 3, 3, 5]
               |  ^  ^  ^
largest error: 2 absolute, 0.4 relative; allowed: 2e-06 + 2e-05 × |expected|

program
  import mylib

  x = mylib.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)
  first, second = (2 * x + 1).sum(), (3 * x).sum()
  first.backward()
> second.backward()
  print('grad after the second backward', x.grad)

what it usually means
  Every optimiser step over several losses relies on gradients that add up.
  backward assigns to x.grad instead of adding to it.

again: gradmark run --backend=mylib --profile=tensor --behaviour=accumulation.two-losses"""

RAISES = """\
A second backward raises where something was saved
second-backward.raises · must · error
no-grad.nested left something behind: another answer than in a fresh worker

grad of a matrix product: raised where PyTorch does not
  expected
    [[1, 2], [3, 4]]
  observed
    TypeError: unsupported operand type(s) for *: 'NoneType' and 'float'

program
  import mylib

  x = mylib.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)
  first, second = (2 * x + 1).sum(), (3 * x).sum()
  first.backward()
> second.backward()
  print('grad after the second backward', x.grad)

traceback
    File "mylib/engine.py", line 88, in backward
      out.grad * other.data
  TypeError: unsupported operand type(s) for *: 'NoneType' and 'float'

output
  building graph
  backward: 3 nodes

again: gradmark run --backend=mylib --profile=tensor --behaviour=second-backward.raises"""

SUMMARY = """\
mylib 0.1 against PyTorch 2.13.0: 5 of 12 musts hold (41.6 %)
  4 pass, 1 lenient, 2 fail, 1 missing, 2 blocked, 1 error, 1 crash

chapter           holds  pass  lenient  fail  missing  blocked  error  crash
leaf             5 of 5     4        1     ·        ·        ·      ·      ·
accumulation     0 of 4     ·        ·     2        ·        2      ·      ·
second-backward  0 of 2     ·        1     ·        ·        ·      1      ·
no-grad          0 of 2     ·        ·     ·        1        ·      ·      1
data             2 of 3     2        ·     1        ·        ·      ·      ·

beside the score: shoulds 1 of 3; without gradients 1 of 1

fix first:
  accumulation.two-losses  fail     Backward of a second loss adds to the leaf's grad (may unblock 2)
  accumulation.matrix      fail     A shared weight adds up
  second-backward.raises   error    A second backward raises where something was saved
  no-grad.nested           crash    no_grad nests
  no-grad.context          missing  Nothing is recorded inside no_grad
  … and 1 more"""  # noqa: E501


def found(run: Run, identity: str) -> Entry:
    return next(e for e in run.entries if e.id == identity)


def test_a_wrong_number_is_shown_beside_the_right_one(sample: Run) -> None:
    """Statement, values with carets, error, program, meaning and command, in this order."""
    assert failure_text(found(sample, "accumulation.two-losses")) == ACCUMULATES


def test_an_exception_is_shown_with_the_librarys_frames(sample: Run) -> None:
    """What is too wide to stand beside stands underneath; traceback and output come after."""
    assert failure_text(found(sample, "second-backward.raises")) == RAISES


def test_rows_of_a_matrix_stand_beside_each_other(sample: Run) -> None:
    """Carets stand under the elements that differ, in their row."""
    text = failure_text(found(sample, "accumulation.matrix"))
    assert """
  expected        | observed
  [0.25, -1.5, 2] | [0.25, 1.5, 2]
                  |        ^^^
  [4, 0, 1e-07]   | [4, nan, 1e-07]
                  |     ^^^
largest error: 3 absolute, inf relative;""" in text  # fmt: skip


def test_a_lost_worker_has_nothing_to_compare(sample: Run) -> None:
    """How the worker was lost is said once."""
    text = failure_text(found(sample, "no-grad.nested"))
    assert text.startswith(
        "no_grad nests\nno-grad.nested · must · crash\n\nkilled by signal 11 (SIGSEGV)\n\nprogram\n"
    )
    assert text.count("SIGSEGV") == 1
    assert "output\n  Fatal Python error: Segmentation fault\n" in text


def test_a_blocked_one_names_what_it_waits_for(sample: Run) -> None:
    """The root is named before anything else is said."""
    text = failure_text(found(sample, "accumulation.loop"))
    assert text.splitlines()[2] == "waits for accumulation.two-losses: mend that one first"
    assert "program" not in text


def test_a_narrow_terminal_puts_values_under_each_other(sample: Run) -> None:
    """Below the width of both, the observed comes under the expected."""
    text = failure_text(found(sample, "accumulation.two-losses"), width=28)
    assert """
  expected
    [5, 5, 5, 5]

  observed
    [3, 3, 3, 5]
     ^  ^  ^
""" in text  # fmt: skip


def test_a_long_message_is_folded() -> None:
    """What an exception says fits the terminal."""
    detail = Detail(expected="None", observed=f"ValueError: {'word ' * 20}end", reason="raised")
    entry = Entry(Verdict("leaf.one", Outcome.ERROR, detail), "X does Y", "must", "tensor",
                  gradient=True, counted=True, holds=False)  # fmt: skip
    assert failure_text(entry, width=60).endswith("""
  expected
    None
  observed
    ValueError: word word word word word word word word
    word word word word word word word word word word word
    word end""")


def test_a_bare_verdict_is_two_lines() -> None:
    """What is not known is not shown."""
    entry = Entry(Verdict("leaf.one", Outcome.FAIL), "X does Y", "must", "tensor",
                  gradient=True, counted=True, holds=False)  # fmt: skip
    assert failure_text(entry) == "X does Y\nleaf.one · must · fail"


def test_long_programs_and_outputs_are_cut(sample: Run) -> None:
    """A terminal is no place for a megabyte; the end of an output says most."""
    detail = Detail(label="x", reason="y", output="a" * 5_000 + "the end")
    entry = replace(
        found(sample, "accumulation.matrix"),
        verdict=Verdict("a.b", Outcome.FAIL, detail),
        script=("x = 1",) * 300,
    )
    text = failure_text(entry)
    assert "  … (100 lines cut)\n" in text
    assert "(4,007 characters cut) …aaa" in text
    assert "aaathe end\n" in text


@pytest.mark.parametrize(
    "hostile_run",
    ["\x1b]0;owned\x07\x1b[2J", "a\x00b\x9b1m\r", "\u202egnp\u2066", "\ud800", "x\n" * 50],
    indirect=True,
    ids=["escape", "controls", "bidi", "surrogate", "newlines"],
)
def test_nothing_reaches_the_terminal_raw(hostile_run: Run) -> None:
    """No title is set, no screen cleared, no line reordered, and everything can be encoded."""
    texts = [failure_text(e) for e in hostile_run.entries] + summary_lines(hostile_run)
    for text in texts:
        text.encode("utf-8")
        assert all(c == "\n" or c.isprintable() for c in text)
    assert not any("\n" in line for line in summary_lines(hostile_run))


def test_a_run_in_a_few_lines(sample: Run) -> None:
    """Headline, chapters, what stands beside the score, and what to fix first."""
    assert "\n".join(summary_lines(sample)) == SUMMARY


def test_a_run_without_a_score_says_why(sample: Run) -> None:
    """No fraction is shown where there is none."""
    header = replace(sample.header, partial=True)
    lines = summary_lines(Run(header, sample.entries[:6]))
    assert lines[:4] == [
        "mylib 0.1 against PyTorch 2.13.0: no score",
        "  partial selection",
        "  incomplete run: 6 of 16 behaviours have a verdict, and it has no end",
        "  so far: 4 pass, 1 lenient, 1 fail",
    ]


def test_an_empty_run_has_a_summary(sample: Run) -> None:
    """Nothing to sum up is said."""
    header = replace(sample.header, size=0, musts=0, planned=(), chapters=())
    assert summary_lines(Run(header, (), make_footer((), 0.0))) == [
        "mylib 0.1 against PyTorch 2.13.0: no score",
        "  nothing that counts in this run",
        "  so far: nothing has a verdict",
        "",
        "no behaviours",
    ]


def test_all_but_one_is_not_a_hundred_per_cent(sample: Run) -> None:
    """The share is rounded down."""
    header = replace(sample.header, musts=10_000, size=10_000, planned=())
    leaf = found(sample, "leaf.computed")
    run = Run(header, (leaf,) * 9_999 + (found(sample, "accumulation.matrix"),), make_footer((), 0))
    assert summary_lines(run)[0].endswith("9999 of 10000 musts hold (99.9 %)")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ∂x/∂y 漢字 👩\u200d🔬", "plain ∂x/∂y 漢字 👩\u200d🔬"),
        ("\x1b[0m\x00\x7f\x9b", r"\x1b[0m\x00\x7f\x9b"),
        ("a\rb\r\n", "a\\rb\\r\n"),
        (
            "\u202e\u2066\u200e\u200f\u061c\ufeff\u200b",
            r"\u202e\u2066\u200e\u200f\u061c\ufeff\u200b",
        ),
        ("\ud800x\udfff", r"\ud800x\udfff"),
        ("\U000e0041", r"\U000e0041"),
        ("tab\tnew\nline", "tab\tnew\nline"),
    ],
)
def test_what_can_not_be_seen_is_written_out(text: str, shown: str) -> None:
    """Controls and whatever reorders are escapes; everything that can be read stays."""
    assert visible(text) == shown


def test_what_is_shown_once_is_shown_the_same_again() -> None:
    """Escapes are plain text, so that showing twice changes nothing."""
    assert visible(visible("\x1b\ud800")) == r"\x1b\ud800"


def test_what_is_endless_is_cut() -> None:
    """The count says how much is not shown, at the end or at the beginning."""
    assert visible("abcdef", 4) == "abcd… (2 characters cut)"
    assert visible("abcdef", 4, tail=True) == "(2 characters cut) …cdef"
    assert visible("abcd", 4) == "abcd"
    assert len(visible("\x00" * 5_000_000)) < 17_000


def test_a_line_stays_a_line() -> None:
    """Names and titles can't begin a line of their own."""
    assert visible_line("a\nb\tc\x1b") == r"a\nb\tc\x1b"
