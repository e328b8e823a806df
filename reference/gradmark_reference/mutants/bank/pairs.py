"""Mutants with two bugs: the first must not hide the second."""

from gradmark_reference.mutants.mutant import Mutant

MUTANTS: tuple[Mutant, ...] = ()
