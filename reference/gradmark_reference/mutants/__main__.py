"""Run mutants and bends: ``python -m gradmark_reference.mutants [--only GLOB] [--seed N]``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from fnmatch import fnmatchcase
from functools import cache, partial
from pathlib import Path

from gradmark.behaviour import load_spec
from gradmark.verdict import Verdict
from gradmark_reference.bends import Bend, load_bends
from gradmark_reference.live import Live
from gradmark_reference.mutants.matrix import Row, render, run, run_bend, survivors
from gradmark_reference.mutants.mutant import Mutant, load_bank


def _rows(chosen: list[int], seed: int, jobs: int) -> Iterator[tuple[Mutant | Bend, Row]]:
    """Yield the rows of some mutants and bends, by their place in the banks."""
    everyone: list[Mutant | Bend] = [*load_bank(), *load_bends()]
    if jobs == 1:
        yield from ((everyone[n], _row(n, seed)) for n in chosen)
        return
    # A bend holds functions, which can't be sent, so only verdicts come back.
    with ProcessPoolExecutor(jobs) as pool:
        found = pool.map(partial(_verdicts, seed=seed), chosen, chunksize=8)
        for n, verdicts in zip(chosen, found, strict=True):
            yield everyone[n], Row(everyone[n], verdicts)


def _row(number: int, seed: int) -> Row:
    everyone: list[Mutant | Bend] = [*load_bank(), *load_bends()]
    mutant = everyone[number]
    if isinstance(mutant, Bend):
        return run_bend(mutant, load_spec(), _reference(), seed)
    return run(mutant, load_spec(), _reference(), seed)


def _verdicts(number: int, seed: int) -> tuple[Verdict, ...]:
    return tuple(Verdict(v.id, v.outcome, root=v.root) for v in _row(number, seed).verdicts)


@cache
def _reference() -> Live:
    return Live()


def main() -> int:
    """Print one line a mutant; return 1 where one is not what it says, or a behaviour survives."""
    parser = argparse.ArgumentParser(prog="python -m gradmark_reference.mutants")
    parser.add_argument("--only", metavar="GLOB", default="*", help="those whose id matches")
    parser.add_argument("--write", metavar="FILE", type=Path, help="write the matrix as a page")
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="ask with other numbers")
    parser.add_argument("-j", "--jobs", metavar="N", type=int, default=1, help="processes")
    options = parser.parse_args()
    spec = load_spec()
    everyone: list[Mutant | Bend] = [*load_bank(), *load_bends()]
    chosen = [n for n, one in enumerate(everyone) if fnmatchcase(one.id, options.only)]
    rows, wrong = [], 0
    for mutant, row in _rows(chosen, options.seed, options.jobs):
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
