"""The plugin that pytest loads; it imports nothing heavy."""

from __future__ import annotations

import pytest

from pytest_gradmark import options

_OWN = pytest.StashKey[str]()
"""The tests that were named, where nothing else is run."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Claim the options that are always ours."""
    options.add_long(parser)


@pytest.hookimpl(trylast=True)
def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser) -> None:
    """Claim the short spellings last, so a conftest or plugin that owns one keeps it."""
    early_config.stash[options.TAKEN] = options.add_short(parser)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Set the run up where a backend is named, and stay out of the way where none is."""
    config.addinivalue_line("markers", "gradmark: a behaviour of PyTorch's, asked of --backend")
    if config.getoption("help", default=False) or config.getoption("version", default=False):
        return
    if not options.backend_of(config) and not config.getoption("gradmark_assignment"):
        for name in ("behaviour", "profile"):
            if config.getoption(f"gradmark_{name}"):
                raise pytest.UsageError(f"--{name} needs a library to ask: --backend=X")
        return
    if hasattr(config, "workerinput"):
        if "gradmark" not in config.workerinput:
            return
    elif own := options.only_own(config):
        config.stash[_OWN] = own
        return
    from pytest_gradmark.bench import set_up

    set_up(config)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say so where the library is not asked because the user has named tests of their own."""
    own = config.stash.get(_OWN, "")
    if not own:
        return None
    from gradmark_reports.visible import visible_line

    said = f"{options.backend_of(config)} is not asked, since {own} was named"
    return visible_line(f"gradmark: {said}; --behaviour=GLOB asks beside it")
