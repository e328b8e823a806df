"""A search as pytest runs it: one item after the spec, which has no part in score or grade."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gradmark.behaviour import REFERENCE_VERSION
from gradmark.errors import GradmarkError
from gradmark.session import Backend
from pytest_gradmark.collector import SEARCH, Deviation

TOLD = "gradmark_search"
"""The property of a report that carries a search's line for the summary, also under xdist."""


@dataclass(frozen=True, slots=True)
class Hunt:
    """What is searched, and the command that does it again."""

    backend: Callable[[], Backend]
    profile: str
    examples: int
    seed: int
    command: str

    @property
    def again(self) -> str:
        """Return the command that searches again."""
        line = f"{self.command} --gradmark-profile={self.profile}"
        return f"{line} --gradmark-examples={self.examples} --gradmark-seed={self.seed} -k seed-"


def refuse_early() -> None:
    """Raise `GradmarkError` where a search can't be run, before anything is opened."""
    from gradmark.search import hypothesis

    hypothesis()
    if importlib.util.find_spec("torch") is None:
        raise GradmarkError(
            "no-reference",
            "a search asks PyTorch itself, which is not installed",
            hint=f"pip install torch=={REFERENCE_VERSION}",
        )


class Group(pytest.Collector):
    """Stands for a chapter."""

    hunt: Hunt

    @classmethod
    def make(cls, parent: pytest.Collector, hunt: Hunt) -> Group:
        """Return the collector of one search."""
        made: Group = cls.from_parent(parent, name=SEARCH)
        made.hunt = hunt
        return made

    def collect(self) -> Iterator[pytest.Item]:
        """Yield the search."""
        item: Search = Search.from_parent(self, name=f"seed-{self.hunt.seed}")
        item.hunt = self.hunt
        item.add_marker("gradmark")
        yield item


class Search(pytest.Item):
    """A search; it fails where something was found."""

    hunt: Hunt
    told = ""

    def runtest(self) -> None:
        """Search. Raises `Deviation` where something was found."""
        __tracebackhide__ = True
        from gradmark.search import search
        from gradmark_reference.live import Live
        from gradmark_reports.searched import search_line, search_text

        hunt = self.hunt
        backend = hunt.backend()
        try:
            searched = search(
                backend, Live(), profile=hunt.profile, examples=hunt.examples, seed=hunt.seed
            )
        except GradmarkError as error:
            if error.code != "nothing-to-search":
                raise
            pytest.skip(str(error))
        line = f"{search_line(searched, hunt.seed)}; no part of the score"
        self.user_properties.append((TOLD, line))
        if searched.findings:
            self.told = search_text(searched, backend.info, seed=hunt.seed, again=hunt.again)
            raise Deviation(searched.findings[0].outcome.value)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return the finding, or the message of what is in the way."""
        if isinstance(excinfo.value, GradmarkError):
            return str(excinfo.value)
        return self.told or super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Say what it is called."""
        return Path(__file__), None, f"{SEARCH}.{self.name}"
