"""Ask PyTorch the whole spec and write its answers: ``python -m gradmark_reference.answers``."""

from __future__ import annotations

import sys

from gradmark.behaviour import load_spec
from gradmark_reference.live import Live
from gradmark_reference.recorded import ANSWERS, SEED, recording


def main() -> int:
    """Write a file a chapter; return 3 where the installed PyTorch is not the spec's."""
    live = Live()
    if not live.is_the_specs:
        print(f"PyTorch {live.version} is not the spec's", file=sys.stderr)
        return 3
    spec = load_spec()
    for path in ANSWERS.glob("*.json"):
        path.unlink()
    for chapter in dict.fromkeys(b.chapter for b in spec):
        asked = [(b.id, b.program(SEED)) for b in spec if b.chapter == chapter]
        text = recording(chapter, ((name, p, live.expected(p)) for name, p in asked))
        (ANSWERS / f"{chapter}.json").write_text(text, encoding="utf-8")
        print(f"{chapter}: {len(asked)} answers")
    return 0


if __name__ == "__main__":
    sys.exit(main())
