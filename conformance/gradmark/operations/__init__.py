"""The table of operations: what the generated behaviours of the spec are made from."""

from __future__ import annotations

from gradmark.operations import (
    arithmetic,
    elementwise,
    indexing,
    losses,
    ordering,
    placing,
    products,
    reductions,
    running,
    shapes,
    softmax,
)
from gradmark.operations.table import Case, Domain, Operation

__all__ = ["TABLE", "Case", "Domain", "Operation"]

TABLE: tuple[Operation, ...] = (
    *arithmetic.OPERATIONS,
    *elementwise.OPERATIONS,
    *reductions.OPERATIONS,
    *running.OPERATIONS,
    *shapes.OPERATIONS,
    *indexing.OPERATIONS,
    *ordering.OPERATIONS,
    *placing.OPERATIONS,
    *products.OPERATIONS,
    *softmax.OPERATIONS,
    *losses.OPERATIONS,
)
"""All operations, in the order in which they are read."""
