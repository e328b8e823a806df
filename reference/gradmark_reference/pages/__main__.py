"""Make the generated pages: ``python -m gradmark_reference.pages --write FOLDER``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from gradmark.behaviour import load_spec
from gradmark.claims import load_claims
from gradmark_reference.pages import pages, stale, write
from gradmark_reference.recorded import Recorded


def main() -> int:
    """Write the pages, or say which are out of date; return 1 for a page that is."""
    parser = argparse.ArgumentParser(prog="python -m gradmark_reference.pages", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--write", metavar="FOLDER", type=Path, help="write the pages that changed")
    what.add_argument("--check", metavar="FOLDER", type=Path, help="say which pages would change")
    options = parser.parse_args()
    folder: Path = options.write or options.check
    made = pages(load_spec(), load_claims(), Recorded())
    changed = stale(folder, made)
    for name in changed:
        print(f"{'written' if options.write else 'out of date'}: {folder / name}")
        if options.write:
            write(folder / name, made.get(name))
    return int(bool(changed) and not options.write)


if __name__ == "__main__":
    sys.exit(main())
