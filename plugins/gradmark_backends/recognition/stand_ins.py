"""Stand-ins for modules that only draw or show progress, where they are not installed.

An engine imports them for a picture of its graph or a bar beside its loop; its gradients need
neither. A module that computes is never replaced: what it would have computed is unknown. This
module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

DRAWING = frozenset(
    "graphviz pydot pydotplus pygraphviz matplotlib mpl_toolkits pylab seaborn plotly bokeh altair "
    "pyvis PIL imageio pygame manim IPython ipywidgets streamlit gradio torchviz turtle tkinter "
    "_tkinter celluloid".split()
)
PROGRESS = frozenset(
    "tqdm rich colorama termcolor tabulate prettytable progressbar progressbar2 alive_progress "
    "halo emoji pyfiglet loguru wandb tensorboard tensorboardX dotenv icecream blessed".split()
)
REPLACEABLE = DRAWING | PROGRESS


def replaceable(name: str) -> bool:
    """Say whether a missing module only draws or shows progress."""
    return name.partition(".")[0] in REPLACEABLE


class Thing:
    """Whatever a stand-in has: it can be called, derived from, decorate and be entered."""

    def __init__(self, *_args: Any, **_named: Any) -> None:
        """Take anything."""

    def __init_subclass__(cls, **_named: Any) -> None:
        """Let classes derive from it, with any keywords."""

    def __class_getitem__(cls, _item: Any) -> type[Thing]:
        return cls

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Thing()

    def __call__(self, *args: Any, **_named: Any) -> Any:
        """Pass on what is decorated or gone through."""
        return _passed_on(args)

    def __getitem__(self, _item: Any) -> Thing:
        return Thing()

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_error: object) -> None:
        """Let exceptions through."""


def _passed_on(args: tuple[Any, ...]) -> Any:
    """Return what is decorated or gone through as it is: a bar shows a loop, and is not one."""
    if args and (callable(args[0]) or hasattr(args[0], "__iter__")) and not _is_text(args[0]):
        return args[0]
    return Thing()


def _is_text(value: Any) -> bool:
    return isinstance(value, (str, bytes))


class _Maker(type):
    """Makes a stand-in's classes: called as a function they pass on what they are given."""

    def __call__(cls, *args: Any, **named: Any) -> Any:
        if cls.__dict__.get("_stands_in"):
            return _passed_on(args)
        return super().__call__(*args, **named)

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Thing()


class StandIn(ModuleType):
    """A module in which every name is there, and does nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = _Maker(name, (Thing,), {"_stands_in": True, "__module__": self.__name__})
        setattr(self, name, made)
        return made


class Finder:
    """Finds the stand-ins, after everything that is really there."""

    def __init__(self) -> None:
        """Begin with none."""
        self.names: set[str] = set()

    def find_spec(self, name: str, *_where: Any) -> Any:
        """Find a module that one of the stand-ins would hold."""
        if name.partition(".")[0] not in self.names:
            return None
        loader: Any = self
        return ModuleSpec(name, loader, is_package=True)

    def create_module(self, spec: Any) -> ModuleType:
        """Make the stand-in."""
        return StandIn(spec.name)

    def exec_module(self, module: Any) -> None:
        """Leave it as it is."""


FINDER = Finder()


def stand_in(name: str) -> str:
    """Put a stand-in where a module is missing, and return its name."""
    top = name.partition(".")[0]
    if FINDER not in sys.meta_path:
        sys.meta_path.append(FINDER)
    FINDER.names.add(top)
    sys.modules.pop(name, None)
    return top
