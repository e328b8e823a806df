"""Run mutants and bends: ``python -m gradmark_reference.mutants [--only GLOB] [--write FILE]``."""

from __future__ import annotations

import argparse
import sys
from fnmatch import fnmatchcase
from pathlib import Path

from gradmark.behaviour import load_spec
from gradmark_reference.bends import Bend, load_bends
from gradmark_reference.live import Live
from gradmark_reference.mutants.matrix import render, run, run_bend, survivors
from gradmark_reference.mutants.mutant import Mutant, load_bank


def main() -> int:
    """Print one line a mutant; return 1 where one is not what it says, or a behaviour survives."""
    parser = argparse.ArgumentParser(prog="python -m gradmark_reference.mutants")
    parser.add_argument("--only", metavar="GLOB", default="*", help="those whose id matches")
    parser.add_argument("--write", metavar="FILE", type=Path, help="write the matrix as a page")
    options = parser.parse_args()
    spec, reference = load_spec(), Live()
    rows, wrong = [], 0
    everyone: list[Mutant | Bend] = [*load_bank(), *load_bends()]
    for mutant in everyone:
        if not fnmatchcase(mutant.id, options.only):
            continue
        if isinstance(mutant, Bend):
            row = run_bend(mutant, spec, reference)
        else:
            row = run(mutant, spec, reference)
        rows.append(row)
        trouble = [f"unexplained {name}" for name in row.unexplained]
        trouble += [f"holds {name}" for name in row.unkept]
        wrong += bool(trouble)
        mark = "✗" if trouble else "✓"
        print(f"{mark} {mutant.id}: {len(row.killed)} killed, {len(row.blocked)} blocked")
        for line in trouble:
            print(f"    {line}")
    if options.only == "*":
        left = survivors(rows, spec)
        wrong += bool(left)
        for name in left:
            print(f"survivor: {name}")
        if options.write:
            options.write.write_text(render(rows, spec), encoding="utf-8")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
