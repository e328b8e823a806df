"""Print by how many megabytes this process grows over 10,000 programs, all different."""

import dataclasses
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gradmark.behaviour import Spec, load_spec
from gradmark.journal import Writer, make_entry, make_header
from gradmark.session import Session
from gradmark_backends.backend import open_backend
from gradmark_backends.resolve import resolve
from gradmark_reference.live import Live

PROGRAMS = 10_000


def megabytes() -> float:
    """Return what this process holds in memory now; Linux alone says so without help."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def body(number: int) -> Callable[[Any], None]:
    """Return a body of its own, so that nothing can be kept from another program."""

    def ask(lib: Any) -> None:
        x = lib.tensor(float(number), requires_grad=True)
        y = x * 3
        y.backward()
        lib.observe("value", y)
        lib.observe("gradient", x.grad)

    return ask


def main() -> None:
    """Run the programs as `gradmark run` does, and measure from the hundredth on."""
    pattern = load_spec().get("operators.mul-grad")
    many = tuple(
        dataclasses.replace(pattern, id=f"operators.number-{n}", body=body(n), after=())
        for n in range(PROGRAMS)
    )
    here = Path.cwd()
    plan = resolve(sys.argv[1], rootdir=here, invocation_dir=here)
    spec = Spec(many)
    with tempfile.TemporaryDirectory() as folder, open_backend(plan, isolation=1) as backend:
        header = make_header(
            spec, backend.info, {}, profile="tensor", strict=False, seed=0, started="", host={}
        )
        with Writer(Path(folder) / "run.jsonl", header) as writer:
            session = Session(spec, backend, Live())
            start = 0.0
            for number, (behaviour, verdict) in enumerate(zip(spec, session.run(), strict=True)):
                writer.add(make_entry(behaviour, verdict, profile="tensor", strict=False))
                if number == 100:
                    start = megabytes()
            writer.finish(0.0)
            print(megabytes() - start)


if __name__ == "__main__":
    main()
