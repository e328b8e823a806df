"""The hostile corpus: each submission gets what it deserves, and nobody else is worse off."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from gradmark_backends.reach import obstacle

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "conformance/docs/hostile.md"


def _corpus() -> Any:
    found: Any = spec_from_file_location("hostile_corpus", HERE / "hostile_corpus.py")
    module: Any = module_from_spec(found)
    sys.modules["hostile_corpus"] = module
    found.loader.exec_module(module)
    return module


corpus = _corpus()
SUBMISSIONS = corpus.submissions()


@pytest.mark.parametrize("level", corpus.LEVELS)
@pytest.mark.parametrize("submission", SUBMISSIONS, ids=lambda submission: submission.name)
def test_a_submission_gets_what_it_deserves(submission, level, tmp_path):
    """So do the behaviours beside it and the honest one after it, and nothing is left behind."""
    if why := obstacle(level):
        pytest.skip(why)
    assert corpus.result(submission, level, tmp_path).wrong == ()


def test_nobody_passes_behind_walls():
    """A trick that worked would be a hole, and none is written down as deserved."""
    assert len(SUBMISSIONS) >= 60
    assert [s.name for s in SUBMISSIONS if "pass" in (s.deserves[2], s.deserves[3])] == []


def test_a_trick_without_its_verdict_is_refused(tmp_path):
    """A file that says nothing can't be right."""
    path = tmp_path / "quiet.py"
    path.write_text('"""Does something."""\n')
    with pytest.raises(ValueError, match=r"quiet\.py does not say what it deserves"):
        corpus._read(path)


def test_the_page_has_every_submission():
    """The table in the docs has a row for each, with the verdicts that it deserves."""
    rows = [line.split(" | ") for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    told = {row[0].removeprefix("| ").replace(" ", "_"): row[1:] for row in rows[1:]}
    assert {*told} == {s.name for s in SUBMISSIONS}
    for submission in SUBMISSIONS:
        about, *cells = (cell.removesuffix(" |") for cell in told[submission.name])
        wanted = [submission.deserves[level] for level in corpus.LEVELS]
        assert [cell.partition(",")[0] for cell in cells] == wanted
        assert about == submission.about
