"""The first code that runs in a worker, given to its interpreter with ``-c``.

It sets the limits, takes the two pipes, and makes what travelled importable: under a private name,
so that nothing of the library under test can be in its way, and as `gradmark` and
`gradmark_backends` for adapters that are written elsewhere.

The interpreter may be any, so what comes before the look at its version is in old syntax.
"""

import sys

OLDEST = (3, 10)
TOO_OLD = 78
"""Exit status that says that the interpreter is too old for what travelled."""

if __name__ == "__main__" and sys.version_info < OLDEST:
    sys.stderr.write("Python {}.{}".format(*sys.version_info[:2]))
    sys.exit(TOO_OLD)

import json
import os
from importlib import import_module
from importlib.machinery import ModuleSpec
from typing import Any

PUBLIC = ("gradmark", "gradmark_backends")


class Bundle:
    """Finds and loads what travelled; ``modules`` are sources by public name."""

    def __init__(self, private: str, modules: dict[str, list[Any]]) -> None:
        self.private = private
        self.modules = modules

    def find_spec(self, name: str, *_where: Any) -> Any:
        """Find a module under its private or its public name."""
        top, _, rest = name.partition(".")
        loader: Any = self
        if top == self.private:
            if not rest:
                return ModuleSpec(name, loader, is_package=True)
            if rest in self.modules:
                package = self.modules[rest][0]
                return ModuleSpec(name, loader, origin=self.filename(name), is_package=package)
        elif top in PUBLIC and name in self.modules:
            loader = Alias(self.private)
            return ModuleSpec(name, loader)
        return None

    @staticmethod
    def filename(name: str) -> str:
        """Return the file name that tracebacks show; no such file exists."""
        return name.replace(".", "/") + ".py"

    def create_module(self, spec: Any) -> None:
        """Let the interpreter make the module."""

    def exec_module(self, module: Any) -> None:
        """Compile what travelled, and run it."""
        name = module.__name__
        if name != self.private:
            module.__file__ = self.filename(name)
            code = compile(self.get_source(name), module.__file__, "exec", dont_inherit=True)
            exec(code, module.__dict__)  # noqa: S102 - this is what importing is

    def get_source(self, name: str) -> str:
        """Return a module's source: `linecache` asks for the lines of a traceback."""
        return str(self.modules[name.partition(".")[2]][1])


class Alias:
    """Loads a public name by handing out the private module, so that there is one of each."""

    def __init__(self, private: str) -> None:
        self.private = private

    def create_module(self, spec: Any) -> None:
        """Let the interpreter make a module, which nobody will see."""

    def exec_module(self, module: Any) -> None:
        """Put the private module in its place."""
        name = module.__name__
        sys.modules[name] = import_module(self.private + "." + name)


def limit(limits: dict[str, int]) -> None:
    """Set resource limits; one that the system does not know or allow is left alone."""
    import resource  # the host imports this module too, also where there are no limits

    for name, value in limits.items():
        number = getattr(resource, name, None)
        if number is None:
            continue
        hard = resource.getrlimit(number)[1]
        most = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(number, (most, most))
        except (OSError, ValueError):
            continue


def main(settings: dict[str, Any]) -> None:
    """Become a worker, or the server that is forked into workers."""
    import fcntl

    limit(settings.get("limits", {}))
    # The host left the file's position at its end.
    content = os.pread(settings["bundle"], os.fstat(settings["bundle"]).st_size, 0)
    os.close(settings["bundle"])
    bundle = json.loads(content.decode())
    sys.meta_path.insert(0, Bundle(bundle["private"], bundle["modules"]))
    if "control" in settings:
        import_module(bundle["private"] + ".gradmark_backends.forks").main(settings)
        return
    pipes = []
    for descriptor in settings["pipes"]:
        # What the library starts inherits neither of them.
        pipes.append(fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 3))
        os.close(descriptor)
    worker = import_module(bundle["private"] + ".gradmark_backends.worker")
    worker.main(*pipes)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
