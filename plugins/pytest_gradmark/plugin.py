"""The plugin that pytest loads; it imports nothing heavy."""

from __future__ import annotations

import pytest

from pytest_gradmark import options


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
    from pytest_gradmark.bench import set_up

    set_up(config)
