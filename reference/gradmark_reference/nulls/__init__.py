"""Null backends: engines that do nothing about gradients, one module each.

Each is imported by its own name from this folder, as a library under test is. Their headline score
is exactly 0 in every profile.
"""

from pathlib import Path

FOLDER = Path(__file__).parent
NULLS = tuple(sorted(path.stem for path in FOLDER.glob("[!_]*.py")))
