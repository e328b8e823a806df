"""The matrix of many runs: backends beside each other, chapter by chapter."""

from gradmark_reports.matrix.markdown import render as markdown
from gradmark_reports.matrix.page import render
from gradmark_reports.matrix.scoreboard import render as scoreboard
from gradmark_reports.matrix.table import Matrix, matrix

__all__ = ["Matrix", "markdown", "matrix", "render", "scoreboard"]
