"""Mutants: the model with a bug that people make, as edits of its source.

A mutant says which behaviours are its own, which others it fails with the reason, and nothing else;
the kill matrix holds it to that.
"""

from gradmark_reference.mutants.mutant import Edit, Mutant, build, load_bank

__all__ = ["Edit", "Mutant", "build", "load_bank"]
