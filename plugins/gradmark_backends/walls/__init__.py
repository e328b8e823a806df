"""What a worker takes away from itself before the library under test is imported.

These modules travel to the worker, so they need the standard library alone.
"""
