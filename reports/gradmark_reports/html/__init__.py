"""The report as one HTML page, made from a journal alone."""

from gradmark_reports.html.page import render, write

__all__ = ["render", "write"]
