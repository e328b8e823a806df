"""The wheel holds the six packages and nothing that could collide with a user's own."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {
    "gradmark",
    "gradmark_reference",
    "gradmark_backends",
    "pytest_gradmark",
    "gradmark_cli",
    "gradmark_reports",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names in a freshly built wheel."""
    pytest.importorskip("hatchling", reason="the build needs hatchling installed")
    folder = tmp_path_factory.mktemp("wheel")
    build = "pip wheel . --quiet --no-deps --no-build-isolation --disable-pip-version-check"
    command = [sys.executable, "-m", *build.split(), "--wheel-dir", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, stdin=subprocess.DEVNULL)
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


@pytest.mark.slow
def test_the_top_level_names_are_the_six_packages(wheel: list[str]) -> None:
    """Nothing called reports or plugins lands in anybody's site-packages."""
    names = {name.partition("/")[0] for name in wheel}
    assert {name for name in names if not name.endswith(".dist-info")} == PACKAGES
    assert len(names) == len(PACKAGES) + 1


@pytest.mark.slow
def test_the_wheel_carries_types_and_no_tests(wheel: list[str]) -> None:
    """A type checker finds the markers, and nobody downloads our tests."""
    assert {f"{package}/py.typed" for package in PACKAGES} <= set(wheel)
    assert not [name for name in wheel if "/tests/" in name or "/demo/" in name]


@pytest.mark.slow
def test_every_file_of_the_packages_is_in_the_wheel(wheel: list[str]) -> None:
    """Recorded answers, schemas and style sheets are needed as much as modules."""
    present = {
        str(path.relative_to(folder.parent))
        for package in PACKAGES
        for folder in ROOT.glob(f"*/{package}")
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert not present - set(wheel)
