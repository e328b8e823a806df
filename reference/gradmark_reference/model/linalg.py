"""Linear algebra by name."""

from .products import cross

__all__ = ["cross"]
