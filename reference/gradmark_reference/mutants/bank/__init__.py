"""The bank: lists of mutants, one module a topic."""
