"""Setting a run up, and the side that asks: the only process, or each worker of xdist."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Generator
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gradmark import behaviour as registry
from gradmark.assignment import Assignment
from gradmark.behaviour import Behaviour, Spec
from gradmark.errors import GradmarkError
from gradmark.growth import hints
from gradmark.host import (
    Terms,
    assigned,
    choose,
    default_profile,
    facts,
    isolation_of,
    judged,
    open_both,
    report_folder,
)
from gradmark.program import Program
from gradmark.run import Entry
from gradmark.session import Answer, Backend, BackendInfo, Reference, Session
from gradmark_backends.plan import Plan
from pytest_gradmark.collector import Case, Collected
from pytest_gradmark.options import UNSAID, Asked, asked, take_ids
from pytest_gradmark.protocol import Protocol
from pytest_gradmark.words import dress


@dataclass(frozen=True, slots=True)
class Order:
    """What xdist's controller has settled and its workers are told."""

    asked: Asked
    plan: Plan

    def to_json(self) -> str:
        """Return it as a text, which is all that may travel."""
        return json.dumps({"asked": asdict(self.asked), "plan": self.plan.to_json()})

    @classmethod
    def from_json(cls, text: str) -> Order:
        """Read what `to_json` wrote."""
        data = json.loads(text)
        options = data["asked"]
        for name in ("globs", "selection", "taken"):
            options[name] = tuple(options[name])
        return cls(Asked(**options), Plan.from_json(data["plan"]))


def set_up(config: pytest.Config) -> None:
    """Open the library and register what runs it. Raises `pytest.UsageError`."""
    try:
        if hasattr(config, "workerinput"):
            take_ids(config)
            order = Order.from_json(config.workerinput["gradmark"])
            bench = Bench(order, registry.load_spec(), debug=False)
        else:
            from pytest_gradmark.host import Host

            bench = _first(config)
            host = Host(config, bench)
            config.pluginmanager.register(host, "gradmark-host")
            if config.pluginmanager.hasplugin("html"):
                from pytest_gradmark import html

                header = host.header(bench.chosen)
                config.pluginmanager.register(html.Skin(header), "gradmark-html")
                html.add_metadata(config, header)
    except GradmarkError as error:
        raise pytest.UsageError(str(error)) from None
    config.add_cleanup(bench.close)
    config.pluginmanager.register(bench, "gradmark-bench")
    if bench.order.asked.isolation:
        config.pluginmanager.register(Protocol(), "gradmark-protocol")


def _first(config: pytest.Config) -> Bench:
    """Settle what is run, with the library opened once to see whether it can be."""
    from gradmark_backends.backend import open_backend
    from gradmark_backends.graded import graded_plan
    from gradmark_backends.resolve import resolve
    from gradmark_reference.recorded import open_reference

    options = asked(config)
    spec = registry.load_spec()
    assignment, file = None, Path(config.invocation_params.dir) / options.assignment
    if options.assignment:
        options, assignment = _assigned(file, options, spec)
    said = None if options.isolation == UNSAID else options.isolation
    level = isolation_of(said, options.require_isolation, assignment)
    options = replace(options, isolation=level)
    if options.profile:
        choose(spec, options.profile, options.globs)
    elif options.globs:
        spec.select(options.globs)
    plan = resolve(
        options.backend,
        rootdir=config.rootpath,
        invocation_dir=Path(config.invocation_params.dir),
        python=options.python,
    )
    if assignment is not None:
        hidden = (file, Path(options.report))
        plan = graded_plan(plan, assignment.packages, assignment.needs, hidden)
    if options.examples:
        from pytest_gradmark.searching import refuse_early

        refuse_early()
    debug = bool(config.getoption("usepdb", default=False)) and level == 0
    opening = partial(open_backend, plan, isolation=level, debug=debug)
    comparing = partial(open_reference, options.reference, options.seed)
    backend, reference = open_both(opening, comparing, isolation=level)
    try:
        if not options.profile:
            claimed = default_profile(backend.info, has_adapter=plan.has_adapter)
            options = replace(options, profile=claimed)
        bench = Bench(Order(options, plan), spec, debug=debug)
        if not config.getoption("collectonly"):
            report_folder(Path(options.report))
    except BaseException:
        backend.close()
        raise
    bench.open(backend, reference)
    return bench


def _assigned(file: Path, options: Asked, spec: Spec) -> tuple[Asked, Assignment]:
    """Let the assignment settle what is asked. Raises `GradmarkError`."""
    assignment, seed = assigned(
        file,
        spec,
        profile=options.profile,
        seed=options.seed,
        globs=options.globs,
    )
    backend = options.backend or assignment.backend
    if not backend:
        raise GradmarkError(
            "no-backend", "there is no library to ask", hint="--backend=X, or backend in the file"
        )
    settled = json.dumps(assignment.to_json())
    return replace(
        options, backend=backend, profile=assignment.profile, seed=seed, assignment=settled
    ), assignment


class Bench:
    """Asks the library under test, once for each behaviour; opens it when first needed."""

    def __init__(self, order: Order, spec: Spec, *, debug: bool) -> None:
        """Choose what is run. Raises `GradmarkError` for a pattern that chooses nothing."""
        self.order = order
        self.whole = spec.profile(order.asked.profile)
        self.chosen = choose(spec, order.asked.profile, order.asked.globs)
        options, settled = order.asked, order.asked.assignment
        self.terms = Terms(
            options.backend,
            options.profile,
            options.strict,
            options.seed,
            Assignment.from_json(json.loads(settled)) if settled else None,
        )
        self._spec = spec
        self._backend: Backend | None = None
        self._watched = _Watched() if debug else None
        self._session: Session | None = None
        self._info: BackendInfo | None = None
        self._facts: dict[str, Any] = {}

    def open(self, backend: Backend, reference: Reference) -> Session:
        """Ask this backend from now on."""
        self._backend, self._info, self._facts = backend, backend.info, facts(reference)
        if self._watched is not None:
            self._watched.backend = backend
            backend = self._watched
        self._session = Session(
            self._spec,
            backend,
            reference,
            seed=self.terms.seed,
            graded=self.terms.assignment is not None,
        )
        return self._session

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Say what will be asked. A worker of xdist learns that item by item."""
        if self._session is not None and not hasattr(session.config, "workerinput"):
            self._session.expect(i.behaviour.id for i in session.items if isinstance(i, Case))

    def close(self) -> None:
        """Let go of the library; what was learnt about it is kept."""
        if self._backend is not None:
            self._backend.close()
        self._backend = self._session = None

    @property
    def ids(self) -> tuple[str, ...]:
        """Return all behaviours that there are, in whatever profile."""
        return tuple(b.id for b in self._spec)

    @property
    def info(self) -> BackendInfo:
        """Return who is asked."""
        if self._info is None:
            raise RuntimeError("nothing was opened yet")
        return self._info

    @property
    def reference(self) -> dict[str, Any]:
        """Return with whom the library is compared."""
        return self._facts

    def entry(self, behaviour: Behaviour) -> Entry:
        """Ask and judge."""
        entry = judged(self._session or self._opened(), behaviour, self.terms)
        return replace(entry, reproduce=self._again(entry)) if entry.reproduce else entry

    def _opened(self) -> Session:
        from gradmark_backends.backend import open_backend
        from gradmark_reference.recorded import open_reference

        options = self.order.asked
        opening = partial(open_backend, self.order.plan, isolation=options.isolation)
        comparing = partial(open_reference, options.reference, options.seed)
        return self.open(*open_both(opening, comparing, isolation=options.isolation))

    def _beyond(self) -> Callable[[pytest.Collector], pytest.Collector] | None:
        """Return what makes the search after the spec, where one was asked for."""
        options = self.order.asked
        if not options.examples:
            return None
        from pytest_gradmark.searching import Group, Hunt

        hunt = Hunt(
            self.asked_backend,
            self.terms.profile,
            options.examples,
            0 if self.terms.secret else self.terms.seed,
            f"pytest {options.spelt('--backend')}={shlex.quote(self.terms.backend)}",
        )
        return partial(Group.make, hunt=hunt)

    def asked_backend(self) -> Backend:
        """Return the library under test, opened if need be."""
        return (self._session or self._opened()).backend

    def hints(self) -> tuple[str, ...]:
        """Return what a graded library's time hints at; workers of xdist have their own library."""
        if self.terms.assignment is None or self._backend is None:
            return ()
        return hints(self._backend)

    def _again(self, entry: Entry) -> str:
        """Return the command that shows an entry again, in the host that was used."""
        options, terms = self.order.asked, self.terms
        words = {
            "--backend": shlex.quote(terms.backend),
            "--profile": terms.profile,
            "--behaviour": entry.id,
            "--backend-python": shlex.quote(options.python) if options.python else "",
        }
        line = [
            "pytest",
            *(f"{options.spelt(name)}={word}" for name, word in words.items() if word),
        ]
        line += [f"--gradmark-seed={terms.seed}"] if terms.seed and not terms.secret else []
        line += ["--gradmark-strict"] if terms.strict else []
        return " ".join(line)

    def library_error(self, behaviour: Behaviour) -> Exception | None:
        """Return what the library raised, where a debugger may want to see it."""
        if self._watched is None:
            return None
        return self._watched.errors.get(behaviour.program(self.terms.seed).key)

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Generator[None, Any, Any]:
        """Put the spec beside the repository's own tests, or in their place."""
        report = yield
        if isinstance(collector, pytest.Session):
            own = report.result if self.order.asked.own else ()
            report.result = [*own, Collected.make(collector, self.chosen, self, self._beyond())]
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, Any, Any]:
        """Let the report of a behaviour carry its entry."""
        report = yield
        if isinstance(item, Case) and call.when == "call" and item.entry is not None:
            dress(report, item, item.entry)
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_report_to_serializable(self) -> Generator[None, Any, Any]:
        """Keep every report sendable: one lone surrogate, and xdist loses it without a word."""
        return _sendable((yield))


def _sendable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {_sendable(k): _sendable(v) for k, v in value.items()}
    if type(value) in {list, tuple}:
        return type(value)(_sendable(item) for item in value)
    return value


class _Watched:
    """A backend in this process whose library's exceptions are kept for a debugger."""

    def __init__(self) -> None:
        self.backend: Any = None
        self.errors: dict[str, Exception] = {}

    @property
    def info(self) -> BackendInfo:
        """Say who is under test."""
        info: BackendInfo = self.backend.info
        return info

    def ask(self, program: Program, *, fresh: bool = False) -> Answer:
        """Replay one program, and keep what it raised."""
        answer: Answer = self.backend.ask(program, fresh=fresh)
        error = getattr(self.backend, "last_error", None)
        self.errors.pop(program.key, None)
        if isinstance(error, Exception):
            self.errors[program.key] = error
        return answer

    def close(self) -> None:
        """Let go of the library."""
        self.errors.clear()
        self.backend.close()
