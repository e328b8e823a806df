"""Graded runs for the tests of the exports, and what each format says in numbers."""

import base64
import json
from dataclasses import replace
from fractions import Fraction

from gradmark.assignment import Assignment, Group
from gradmark.grade import grade
from gradmark.journal import make_footer
from gradmark_reports.exports import FORMATS, Around

CLASSROOM = {
    "CLASSROOM": "dl-2026",
    "ASSIGNMENT": "autograd",
    "MODE": "individual",
    "USERNAME": "ada",
    "SUBMISSION_TAG": "submit/2026-02-01",
    "COMMIT_URL": "https://github.example/c",
    "RELEASE_URL": "https://github.example/r",
    "REVIEW_URL": "https://github.example/p",
}
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Homework 3 (77),Final Score\r\n"
    '    Points Possible,,,,,{points},"(read only)"\r\n'
    '"Lovelace, Ada",11,s11,ada,"A, B",,1\r\n'
)
MOODLE = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
    "Participant 11,Ada Lovelace,ada@x.example,Submitted,,{points},Yes,-,-,\n"
)


def group(name, points, *behaviours, **more):
    return Group(name, Fraction(points), behaviours, **more)


LEAF = ("leaf.requires-grad", "leaf.others-stay-none", "leaf.computed")
SUMS = ("accumulation.two-losses", "accumulation.loop", "data.shares-memory")
PLAIN = (
    group("Leaves", "7/3", *LEAF),
    group("Sums", "14/3", *SUMS),
    group("No grad", 3, "no-grad.context", rule="min"),
)
WITH_BONUS = (*PLAIN, group("Bonus", 1, "data.shape", "leaf.starts-at-none", bonus=True))
HIDDEN = (*PLAIN[:1], group("Secret sums", "14/3", *SUMS[:2], visibility="hidden"),
          group("Later", 1, "data.shares-memory", visibility="after_due_date"),
          group("Open", 2, "accumulation.diamond", "no-grad.context"))  # fmt: skip


def graded(run, groups, **more):
    """Return the run with an assignment of these groups."""
    assignment = Assignment("Homework 3", "tensor", groups, isolation=0, **more)
    return replace(run, header=replace(run.header, assignment=assignment.to_json()))


def changed(run, **outcomes):
    """Return the run without its footer's sums being wrong, entries replaced by position."""
    entries = tuple(
        replace(e, verdict=replace(e.verdict, outcome=outcomes[e.id.split(".")[1]]), holds=False)
        if e.id.split(".")[1] in outcomes
        else e
        for e in run.entries
    )
    return replace(run, entries=entries, footer=make_footer(entries, 1.0))


def around(name, points="10"):
    roster = {"canvas": CANVAS, "moodle": MOODLE}.get(name, "").format(points=points)
    return Around(
        CLASSROOM,
        "2026-02-01T10:00:00Z",
        (f"{name}.csv", roster.encode()) if roster else None,
        "11",
        "",
    )


def export(name, run, points="10"):
    return FORMATS[name].render(run, grade(run), around(name, points))


def unpacked(text):
    """Return the JSON in a line of the old GitHub Classroom."""
    return json.loads(base64.b64decode(text.removeprefix("result=")))
