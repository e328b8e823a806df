"""Adapters to begin with, one for each kind; `gradmark new-adapter` copies them."""
