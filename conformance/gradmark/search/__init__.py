"""Searching beyond the spec: random compositions of the table's operations, shrunk when found."""

from gradmark.search.explore import EXAMPLES, Finding, Searched, search
from gradmark.search.strategy import hypothesis

__all__ = ["EXAMPLES", "Finding", "Searched", "hypothesis", "search"]
