"""The first code that runs in a worker, given to its interpreter with ``-c``.

It sets the limits, takes the two pipes, and makes what travelled importable: under a private name,
so that nothing of the library under test can be in its way, and as `gradmark` and
`gradmark_backends` for adapters that are written elsewhere.

The interpreter may be any, so the syntax is that of the oldest that can be told so.
"""

import sys
from typing import Any, Dict, List

OLDEST = (3, 10)
TOO_OLD = 78
"""Exit status that says that the interpreter is too old for what travelled."""

PUBLIC = ("gradmark", "gradmark_backends")


class Bundle:
    """Finds and loads what travelled; ``modules`` are sources by public name."""

    def __init__(self, private: str, modules: Dict[str, List[Any]]) -> None:
        self.private = private
        self.modules = modules

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Find a module under its private or its public name."""
        from importlib.machinery import ModuleSpec

        top, _, rest = name.partition(".")
        if top == self.private:
            if not rest:
                return ModuleSpec(name, self, is_package=True)
            if rest in self.modules:
                package = self.modules[rest][0]
                return ModuleSpec(name, self, origin=self.filename(name), is_package=package)
        elif top in PUBLIC and name in self.modules:
            return ModuleSpec(name, Alias(self.private))
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
            exec(compile(self.get_source(name), module.__file__, "exec", 0, True), module.__dict__)

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
        from importlib import import_module

        name = module.__name__
        sys.modules[name] = import_module(self.private + "." + name)


def limit(limits: Dict[str, int]) -> None:
    """Set resource limits; one that the system does not know or allow is left alone."""
    import resource

    for name, value in limits.items():
        number = getattr(resource, name, None)
        if number is None:
            continue
        hard = resource.getrlimit(number)[1]
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        try:
            resource.setrlimit(number, (value, value))
        except (OSError, ValueError):
            continue


def main(settings: Dict[str, Any]) -> None:
    """Become a worker."""
    import fcntl
    import json
    import os
    from importlib import import_module

    limit(settings["limits"])
    with open(settings["bundle"], "rb", closefd=True) as file:
        # Several workers share the file and its position.
        content = os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0)
    bundle = json.loads(content.decode())
    pipes = []
    for descriptor in settings["pipes"]:
        pipes.append(fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 3))
        os.close(descriptor)
    sys.meta_path.insert(0, Bundle(bundle["private"], bundle["modules"]))  # type: ignore[arg-type]
    worker = import_module(bundle["private"] + ".gradmark_backends.worker")
    worker.main(*pipes)


if __name__ == "__main__":
    if sys.version_info < OLDEST:
        sys.stderr.write("Python %d.%d" % sys.version_info[:2])
        sys.exit(TOO_OLD)
    import json as _json

    main(_json.loads(sys.argv[1]))
