"""Printing steps as statements: what is computed and used in the same order becomes one line."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from keyword import kwlist

from gradmark.expressions import LAMBDA, Text, Texts, Writer, operands, parts, quoted
from gradmark.program import Function, Operand, Ref, Step
from gradmark.surface import SIGNS
from gradmark.uses import Uses

_RESERVED = frozenset(
    "torch lib os numpy weakref gc copy warnings ThreadPoolExecutor Interruption print read "
    "leaf_of type hasattr len str tuple abs range slice float complex Exception BaseException "
    "staticmethod error warning".split()
) | frozenset(kwlist)
_VALUES = frozenset("call method attr binary unary index invoke probe host".split())
_NOBODYS = -1
"""Stands in the place of a slot for a name that is no value's."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the script, the steps that it makes, and whether it is part of a definition."""

    text: str
    steps: frozenset[int] = frozenset()
    definition: bool = False


class Printer:
    """Prints steps, joining to one expression what is computed and used in the same order.

    An expression that waits for its one use is in ``pending``. A step that uses exactly the last of
    them, in their order, swallows them; anything else first writes them down under names. So every
    step happens where it is written.
    """

    def __init__(self, writer: Writer, uses: Uses, names: tuple[tuple[int, str], ...]) -> None:
        """Keep what is the same for a script and all of its functions."""
        self.writer = writer
        self.uses = uses
        self.given = names
        self.names = dict(reversed(names))
        """The first name of each slot."""

        self.aliases = {slot: name for slot, name in names if self.names[slot] != name}
        self.labels: list[str] = []
        self.lines: list[Line] = []
        self.indent = ""
        self.definition = False
        self.pending: list[tuple[int, Text]] = []
        self.texts: Texts = {}
        self.producers: dict[int, Step] = {}
        self.bound: dict[str, int] = {}
        self.taken: frozenset[str] = frozenset()
        self.defined: dict[object, str] = {}
        self.unnamed = [0]

    def line(self, text: str, steps: Iterable[int] = ()) -> None:
        """Write one line, after everything that waits."""
        self.flush()
        self.lines.append(Line(f"{self.indent}{text}", frozenset(steps), self.definition))

    def flush(self) -> None:
        """Write down under names what waits for its use."""
        waiting, self.pending = self.pending, []
        for slot, text in waiting:
            self.line(f"{self.bind(slot, max(text.steps))} = {text}", text.steps)

    def block(self, steps: tuple[Step, ...]) -> None:
        """Print the steps of a block, and have nothing wait beyond its end."""
        self.steps(steps)
        self.flush()

    def under(self, steps: tuple[Step, ...], first: str = "") -> None:
        """Print a block under the statement that was written last."""
        before, self.indent = self.indent, f"{self.indent}    "
        written = len(self.lines)
        if first:
            self.line(first)
        self.block(steps)
        if len(self.lines) == written:
            self.line("pass")
        self.indent = before

    def steps(self, steps: tuple[Step, ...]) -> None:
        """Print steps; the last expressions may wait for whatever follows."""
        rest = list(steps)
        while rest:
            step = rest.pop(0)
            if step.op in _VALUES:
                self._value(step)
            elif step.op != "inplace" or not self._augmented(step, rest):
                getattr(self, f"_{step.op}")(step)

    def bind(self, slot: int, number: int, name: str = "") -> str:
        """Choose a name for the slot that a step fills."""
        base = name or self.names.get(slot, "")
        if not base:
            self.unnamed[0] += 1
            base = f"v{self.unnamed[0]}"
        chosen = self._free(base, number)
        self.bound[chosen] = slot
        self.texts[slot] = Text(chosen)
        return chosen

    def reserve(self, name: str) -> str:
        """Choose a name that is never bound anew."""
        chosen = self._free(name, 0)
        self.bound[chosen] = _NOBODYS
        return chosen

    def _free(self, base: str, number: int) -> str:
        chosen, tries = base, 1
        while chosen in _RESERVED or chosen in self.taken or not self._over(chosen, number):
            tries += 1
            chosen = f"{base}_{tries}"
        return chosen

    def _over(self, name: str, number: int) -> bool:
        slot = self.bound.get(name)
        return slot is None or (slot != _NOBODYS and self.uses.over(slot, number))

    def take(self, used: Iterable[Operand]) -> Texts:
        """Return the texts of what a step uses; what waited for it is swallowed."""
        plain = [part for value in used for part in parts(value)]
        slots = [part.slot for part in plain if isinstance(part, Ref)]
        waiting = {slot for slot, _ in self.pending}
        wanted = [slot for slot in slots if slot in waiting]
        start = len(self.pending) - len(wanted)
        if wanted != [slot for slot, _ in self.pending[start:]]:
            self.flush()
            start = 0
        found = dict(self.pending[start:])
        del self.pending[start:]
        texts = {slot: found.get(slot) or self.texts[slot] for slot in slots}
        for part in plain:
            if isinstance(part, Function):
                texts[id(part)] = self.function(part)
        return texts

    def function(self, function: Function) -> Text:
        """Define a function in front of the statement that uses it; a short one is a lambda."""
        key = (function.name, function.params, tuple(step.number for step in function.body))
        if key in self.defined:
            return Text(self.defined[key])
        inner = self.inside(function)
        (line, *more) = inner.lines
        returned = line.text.strip().removeprefix("return ")
        if function.name == "function" and not more and _is_expression(returned):
            params = ", ".join(inner.texts[slot].source for slot in function.params)
            source = f"lambda {params}: {returned}" if params else f"lambda: {returned}"
            return Text(source, LAMBDA, line.steps)
        name = self.reserve(function.name)
        self.define(inner, function, name)
        self.defined[key] = name
        return Text(name)

    def inside(self, function: Function) -> Printer:
        """Print a function's body."""
        inner = Printer(self.writer, self.uses, self.given)
        inner.labels, inner.unnamed = self.labels, self.unnamed
        inner.texts, inner.defined = dict(self.texts), dict(self.defined)
        inner.indent, inner.definition = f"{self.indent}    ", True
        ours = {name for name, slot in self.bound.items() if slot == _NOBODYS}
        ours |= {self.texts[slot].source for slot in function.captures}
        inner.taken = self.taken | ours
        for slot in function.params:
            inner.bind(slot, 0)
        inner.steps(function.body)
        if function.result is not None:
            result = inner.writer.operand(function.result, inner.take([function.result]))
            inner.line(f"return {result}", result.steps)
        inner.flush()
        if not inner.lines:
            inner.line("pass")
        return inner

    def define(self, inner: Printer, function: Function, name: str) -> None:
        """Write a function down whose body was printed."""
        params = ", ".join(inner.texts[slot].source for slot in function.params)
        # What waits goes on waiting: a definition does nothing.
        head = f"{self.indent}def {name}({params}):"
        self.lines += [Line(head, definition=self.definition), *inner.lines]

    def _value(self, step: Step) -> None:
        if self._decorated(step):
            return
        text = self.writer.expression(step, self.take(operands(step)))
        (slot,) = step.outs
        self.producers[slot] = step
        if slot in self.names or (slot in self.uses.counts and not self.uses.once(slot)):
            self.flush()
            self.line(f"{self.bind(slot, step.number)} = {text}", text.steps)
        elif slot in self.uses.counts:
            self.pending.append((slot, text))
        else:
            self.line(text.source, text.steps)

    def _decorated(self, step: Step) -> bool:
        """Print a function that is given to a decorator and goes by its own name afterwards."""
        function = step.args[-1] if step.args and not step.kwargs else None
        if (
            not isinstance(function, Function)
            or len(step.args) != 1 + (step.op != "call")
            or step.op not in {"call", "method", "invoke"}
            or self.names.get(step.outs[0]) != function.name
        ):
            return False
        texts = self.take(step.args[:-1])
        bare = self.writer.expression(replace(step, args=step.args[:-1]), texts)
        self.flush()
        inner = self.inside(function)
        # The expression of the call without its argument ends in an empty pair of parentheses.
        self.line(f"@{bare.source[:-2]}", bare.steps)
        self.define(inner, function, self.bind(step.outs[0], step.number))
        return True

    def _augmented(self, step: Step, rest: list[Step]) -> bool:
        """Print ``x.data *= 2``, which was recorded as a read, a change in place and a write."""
        left, (out,) = step.args[0], step.outs
        read = self.producers.get(left.slot) if isinstance(left, Ref) else None
        at = next((n for n, later in enumerate(rest) if later.op != "release"), None)
        if read is None or at is None or not any(left == Ref(slot) for slot, _ in self.pending):
            return False
        write = rest[at]
        if (read.op, write.op) not in {("attr", "setattr"), ("index", "setindex")}:
            return False
        back = (write.name, *write.args) == (read.name, *read.args, Ref(out))
        if not back or self.writer.spelling.form(f".{read.name}"):
            return False
        texts = self.take(step.args)
        made = {step.number, write.number}.union(*(text.steps for text in texts.values()))
        del rest[at]
        target = self.writer.operand(left, texts)
        self.line(f"{target} {SIGNS[step.name]}= {self._shown(step.args[1], texts)}", made)
        return True

    def _shown(self, value: Operand, texts: Texts) -> str:
        return self.writer.operand(value, texts).source

    def _inplace(self, step: Step) -> None:
        left, (out,) = step.args[0], step.outs
        if any(left == Ref(slot) for slot, _ in self.pending):
            self.flush()
        texts = self.take(step.args)
        self.flush()
        name = self._shown(left, texts)
        slot = self.bound.get(name, _NOBODYS)
        if left == Ref(slot) and self._over(name, step.number):
            self.bound[name], self.texts[out] = out, Text(name)
        elif left == Ref(slot) and self._keeps(slot, name, out):
            self.line(f"{self.bind(slot, step.number, self.aliases[slot])} = {name}")
            self.bound[name], self.texts[out] = out, Text(name)
        else:
            name, before = self.bind(out, step.number), name
            self.line(f"{name} = {before}", {step.number})
        made = {step.number}.union(*(text.steps for text in texts.values()))
        self.line(f"{name} {SIGNS[step.name]}= {self._shown(step.args[1], texts)}", made)

    def _keeps(self, slot: int, name: str, out: int) -> bool:
        """Say whether the program has another name for what is about to change."""
        known = slot in self.aliases and slot not in self.uses.captured
        return known and self.names.get(out) == name

    def _statement(self, step: Step, shape: Callable[[Texts], str]) -> None:
        texts = self.take(operands(step))
        made = {step.number}.union(*(text.steps for text in texts.values()))
        self.line(shape(texts), made)

    def _setattr(self, step: Step) -> None:
        self._statement(step, lambda t: self.writer.assignment(step, t))

    def _setindex(self, step: Step) -> None:
        target = replace(step, op="index", args=step.args[:2])
        self._statement(
            step, lambda t: f"{self.writer.expression(target, t)} = {self._shown(step.args[2], t)}"
        )

    def _delattr(self, step: Step) -> None:
        self._statement(step, lambda t: f"del {self.writer.attribute(step, t)}")

    def _observe(self, step: Step) -> None:
        self._statement(
            step, lambda t: f"print({self._label(step)}, {self._read(step.args[0], t)})"
        )

    def _read(self, value: Operand, texts: Texts) -> str:
        made = self.producers.get(value.slot) if isinstance(value, Ref) else None
        text = self.writer.operand(value, texts)
        return text.source if made and made.op == "probe" else self.writer.read(text)

    def _label(self, step: Step, rest: str = "") -> str:
        return quoted(f"{self.labels[step.mark or 0]}:{rest}")

    def _unpack(self, step: Step) -> None:
        texts = self.take(step.args)
        made = {step.number}.union(*(text.steps for text in texts.values()))
        self.flush()
        names = [self.bind(slot, step.number) for slot in step.outs]
        target = f"({names[0]},)" if len(names) == 1 else ", ".join(names)
        self.line(f"{target} = {self._shown(step.args[0], texts)}", made)

    def _repeat(self, step: Step) -> None:
        function, start = step.args
        texts = self.take([start] if isinstance(function, Function) else step.args)
        made = {step.number}.union(*(text.steps for text in texts.values()))
        self.flush()
        (out,) = step.outs
        name = self.bind(out, step.number)
        first = self._shown(start, texts)
        if first != name:
            self.line(f"{name} = {first}", made)
        self.line(f"for _ in range({int(step.name):_}):", made)
        before, self.indent = self.indent, f"{self.indent}    "
        if isinstance(function, Function):
            (param,) = function.params
            self.texts[param] = Text(name)
            self.bound[name] = param
            self.steps(function.body)
            result = self.writer.operand(function.result, self.take([function.result]))
        else:
            result = Text(f"{self._shown(function, texts)}({name})", steps=frozenset(made))
        if result.source != name:
            self.line(f"{name} = {result}", result.steps)
        self.flush()
        self.bound[name] = out
        self.indent = before

    def _subclass(self, step: Step) -> None:
        texts = self.take(step.args)
        self.flush()
        name = self.bind(step.outs[0], step.number, step.name)
        self.line(f"class {name}({self._shown(step.args[0], texts)}):", {step.number})
        before, self.indent = self.indent, f"{self.indent}    "
        outer, self.definition = self.definition, True
        for method, function in step.kwargs:
            if isinstance(function, Function):
                self.line("@staticmethod")
                self.define(self.inside(function), function, method)
        if not step.kwargs:
            self.line("pass")
        self.indent, self.definition = before, outer

    def _release(self, step: Step) -> None:
        slot = next((a.slot for a in step.args if isinstance(a, Ref)), 0)
        name = self.texts[slot].source if slot in self.texts else ""
        wanted = step.name == "delete" or self.uses.lifetimes
        if wanted and self.bound.get(name) == slot and slot not in self.uses.captured:
            self.line(f"del {name}", {step.number})
            del self.bound[name]

    def _with(self, step: Step) -> None:
        texts = self.take(step.args)
        made = {step.number}.union(*(text.steps for text in texts.values()))
        self.flush()
        used = step.outs[0] in self.uses.counts
        name = f" as {self.bind(step.outs[0], step.number)}" if used else ""
        self.line(f"with {self._shown(step.args[0], texts)}{name}:", made)
        self.under(step.body)

    def _throw(self, step: Step) -> None:
        self.line("raise Interruption", {step.number})

    def _caught(self, step: Step) -> None:
        self.line("try:")
        self.under(step.body)
        self.line("except Interruption:")
        self.line("    pass")

    def _raises(self, step: Step) -> None:
        self.line("try:")
        self.under(step.body)
        here = {step.number}
        self.line("except Exception as error:", here)
        self.line(f"    print({self._label(step)}, type(error).__name__, error)", here)
        self.line("else:", here)
        self.line(f"    print({self._label(step, ' nothing was raised')})", here)

    def _warns(self, step: Step) -> None:
        self.writer.spelling.imports.add("import warnings")
        self.flush()
        name = self.reserve("caught")
        self.line(f"with warnings.catch_warnings(record=True) as {name}:")
        self.under(step.body, 'warnings.simplefilter("always")')
        shown = f"[str(warning.message) for warning in {name}]"
        self.line(f"print({self._label(step)}, {shown})", {step.number})


def _is_expression(source: str) -> bool:
    try:
        ast.parse(source, mode="eval")
    except SyntaxError:
        return False
    return True
