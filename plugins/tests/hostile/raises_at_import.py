"""Raises SystemExit(0) when it is imported.

deserves: fail
"""

raise SystemExit(0)
