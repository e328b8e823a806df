"""The side of the library under test: adapters, and the worker that runs them."""
