"""pytest-html's page: our columns, our panel and the points in it, and nothing as markup."""

from __future__ import annotations

import html
import json
import re

import pytest

pytest.importorskip("pytest_html")

PLAN = """\
title = "Homework <3>"
profile = "tensor"
isolation = 0

[[group]]
name = "Sums"
behaviours = ["sums"]
points = 8

[[group]]
name = "Rules"
behaviours = ["rules"]
points = 2
rule = "min"
"""


def page_of(pytester, plan, *options):
    (pytester.path / "gradmark.toml").write_text(plan)
    pytester.runpytest("--assignment=gradmark.toml", "--backend=mylib", "--html=h.html", *options)
    page = (pytester.path / "h.html").read_text()
    start = page.index('data-jsonblob="') + len('data-jsonblob="')
    data = json.loads(html.unescape(page[start : page.index('"', start)]))
    return page, [test for tests in data["tests"].values() for test in tests]


def rows_of(tests):
    return {row["testId"]: " ".join(row["resultsTableRow"]) for row in tests}


def test_a_row_has_chapter_verdict_and_points(graded):
    """What a behaviour brought stands beside it; a group that decides as a whole is named."""
    page, tests = page_of(graded, PLAN)
    rows = rows_of(tests)
    assert '<td class="col-points">2 of 2</td>' in rows["gradmark::sums::add"]
    assert '<td class="col-points">0 of 2</td>' in rows["gradmark::sums::mul"]
    assert '<td class="col-verdict">fail</td>' in rows["gradmark::sums::mul"]
    assert '<td class="col-chapter">sums</td>' in rows["gradmark::sums::mul"]
    assert "with Rules" in rows["gradmark::rules::live"]
    assert "Homework &lt;3&gt;: " in page
    assert "of 10 points" in page


def test_a_failure_has_a_panel(graded):
    """Rule and level, expected beside observed, the line that deviates; no block in their block."""
    _, tests = page_of(graded, PLAN)
    (log,) = [test["log"] for test in tests if test["testId"] == "gradmark::sums::mul"]
    lines = html.unescape(log).splitlines()
    assert lines[0].startswith("<b>")
    assert "sums.mul · must · fail" in lines
    (sides,) = [line for line in lines if "observed" in line]
    assert re.fullmatch(r"<b> +expected +\| observed</b>", sides)
    assert len([line for line in lines if line.startswith("<mark>> ")]) == 1
    assert set(re.findall(r"</?(\w+)", log)) == {"b", "mark"}


def test_hidden_groups_have_no_row(graded):
    """Students read this page as well: no row, no points, no total."""
    page, tests = page_of(graded, PLAN.replace('rule = "min"', 'visibility = "hidden"'))
    rows = rows_of(tests)
    assert "gradmark::sums::mul" in rows
    assert [row for row in rows if "rules" in row] == []
    assert "hidden groups are left out, and so is the total" in page
    assert "of 8 points" in page
    assert "of 10 points" not in page


def test_a_row_does_not_name_what_is_hidden(graded):
    """Who waits for a hidden one is shown waiting; no id of it is anywhere in the file's data."""
    plan = """\
title = "Homework"
profile = "tensor"
isolation = 0

[[group]]
name = "Seen"
behaviours = ["sums.again"]
points = 1

[[group]]
name = "Secret"
behaviours = ["sums.mul"]
points = 1
visibility = "hidden"
"""
    page, tests = page_of(graded, plan)
    (row,) = tests
    text = html.unescape(row["log"])
    assert "waits for a behaviour that is not shown" in text
    assert "expected" not in text
    assert "sums.mul" not in html.unescape(page)
    assert "sums::mul" not in html.unescape(page)
