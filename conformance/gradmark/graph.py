"""The graph that a program builds, derived from its steps: what a report draws. Pure.

A node is a value, and its key is the slot that holds it. The derivation needs no library: it says
what PyTorch would record, where backward begins, and on which node the deviation was seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from gradmark.expressions import operands, parts
from gradmark.program import Operand, Program, Ref, Step
from gradmark.surface import SIGNS

NODES_LIMIT = 18
"""Nodes that are drawn; of a larger graph those nearest to the deviation."""

_LABEL = 18
_WITHOUT_RESULT = frozenset(
    "item size is_contiguous name dim numel numpy tolist zero_grad step format retain_grad "
    "register_hook element_size stride data_ptr storage_offset type get_device".split()
)
_VALUES_OF = frozenset("T mT H mH real imag".split())
_CUTS = frozenset({"detach", "data"})
_COMPARISONS = frozenset("eq ne lt le gt ge".split())
_MODES = {"no_grad": False, "inference_mode": False, "enable_grad": True}


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a graph.

    ``kind`` is ``leaf`` (tracked, made by hand), ``constant`` (not tracked) or ``operation``;
    ``inputs`` has one that is used twice twice; ``wrong`` says what was seen to deviate at it: its
    ``gradient``, its ``value`` or its ``step``. ``value``, ``gradient`` and ``saved`` are short
    texts of a replay on the reference's side.
    """

    key: int
    kind: str
    label: str
    name: str = ""
    inputs: tuple[int, ...] = ()
    root: bool = False
    freed: bool = False
    wrong: str = ""
    value: str = ""
    gradient: str = ""
    saved: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Graph:
    """The nodes, each after its inputs. ``replayed`` names who computed the values, if anybody."""

    nodes: tuple[Node, ...]
    left_out: int = 0
    replayed: str = ""


def graph_of(program: Program, step: int = 0) -> Graph | None:
    """Return the graph as it is when a step is done; None where there is nothing to draw.

    Without a step it is the graph of the whole program.
    """
    # Of a value's names the first one counts, as it does where the program is printed.
    drawing = _Drawing(dict(reversed(program.names)), step)
    drawing.steps(program.steps)
    wanted = drawing.wanted()
    if not any(node.kind == "operation" for node in wanted):
        return None
    kept = {node.key for node in wanted[:NODES_LIMIT]}
    nodes = tuple(
        replace(node, inputs=tuple(i for i in node.inputs if i in kept))
        for node in drawing.nodes.values()
        if node.key in kept
    )
    return Graph(nodes, len(wanted) - len(kept))


@dataclass(slots=True)
class _Drawing:
    """Follows the steps of a program; nothing is computed."""

    names: dict[int, str]
    until: int
    nodes: dict[int, Node] = field(default_factory=dict)
    values: dict[int, int] = field(default_factory=dict)
    """The node that a slot holds; several slots may hold one."""
    gradients: dict[int, int] = field(default_factory=dict)
    """The node of which a slot holds the gradient."""
    modules: dict[int, str] = field(default_factory=dict)
    tracked: set[int] = field(default_factory=set)
    recording: bool = True
    over: bool = False

    def steps(self, steps: Iterable[Step]) -> None:
        """Follow steps one after another, those of blocks included."""
        for step in steps:
            if self.over:
                return
            if step.op in _HANDLERS:
                _HANDLERS[step.op](self, step)
            else:
                self.inside(step)
            if step.number == self.until:
                self.blame(step)

    def inside(self, step: Step) -> None:
        """Follow the body of a block; what no_grad encloses is not recorded."""
        before = self.recording
        if step.op == "with" and (found := self.slots(step)):
            self.recording = _MODES.get(self.modules.get(found[0], ""), before)
        self.steps(step.body)
        self.recording = before

    def slots(self, step: Step) -> list[int]:
        """Return the slots that a step uses, in order."""
        found = (part for value in operands(step) for part in parts(value))
        return [part.slot for part in found if isinstance(part, Ref)]

    def add(self, step: Step, kind: str, label: str, inputs: Iterable[int] = ()) -> None:
        """Add the node that a step makes."""
        if not step.outs:
            return
        key = step.outs[0]
        sources = tuple(inputs)
        if (
            kind == "operation" and self.recording and self.tracked & set(sources)
        ) or kind == "leaf":
            self.tracked.add(key)
        self.nodes[key] = Node(key, kind, label[:_LABEL], self.names.get(key, ""), sources)
        self.values.update(dict.fromkeys(step.outs, key))

    def derive(self, step: Step, label: str) -> None:
        """Add an operation, unless it works on no value of the graph."""
        used = self.slots(step)
        sources = [self.values[s] for s in used if s in self.values]
        if sources:
            self.add(step, "operation", label, sources)
            return
        about = [self.gradients[s] for s in used if s in self.gradients]
        if about and step.outs:
            self.gradients[step.outs[0]] = about[0]

    def call(self, step: Step) -> None:
        """Follow a function of the library: a leaf, a constant, an operation or a switch."""
        short = step.name.rpartition(".")[2]
        used = [s for s in self.slots(step) if s in self.values or s in self.gradients]
        if step.name == "set_grad_enabled" and step.args:
            self.recording = bool(step.args[0])
        if step.name in _MODES or (short[:1].isupper() and step.name != "Tensor"):
            self.modules.update(dict.fromkeys(step.outs, short))
        elif step.name.endswith("autograd.backward") or step.name == "autograd.grad":
            self.begin(step, [self.values[s] for s in used[:1] if s in self.values])
        elif dict(step.kwargs).get("requires_grad") is True:
            self.add(step, "leaf", short)
        elif used:
            self.derive(step, short)
        elif step.outs and step.name in _FACTORIES:
            self.add(step, "constant", short)

    def method(self, step: Step) -> None:
        """Follow a method: backward, a switch, a change in place or an operation."""
        owner = self.owner(step)
        if step.name == "backward":
            self.begin(step, [] if owner is None else [owner])
        elif step.name == "requires_grad_" and owner is not None:
            self.switch(owner, on=not step.args or bool(step.args[0]))
            self.values.update(dict.fromkeys(step.outs, owner))
        elif step.name in _WITHOUT_RESULT:
            return
        elif step.name.endswith("_") and owner is not None:
            self.change(step, step.name, owner)
        else:
            self.derive(step, step.name + _scalar(step.args[1:]))
        self.cut(step)

    def begin(self, step: Step, roots: Iterable[int]) -> None:
        """Mark where backward begins, and what it frees."""
        retain = dict(step.kwargs).get("retain_graph")
        for root in roots:
            self.nodes[root] = replace(self.nodes[root], root=True)
            if retain is True or step.number == self.until:
                continue
            for key in self.above(root):
                if self.nodes[key].kind == "operation" and key in self.tracked:
                    self.nodes[key] = replace(self.nodes[key], freed=True)

    def switch(self, key: int, *, on: bool) -> None:
        """Follow a change of requires_grad."""
        node = self.nodes[key]
        if node.kind in {"leaf", "constant"}:
            self.nodes[key] = replace(node, kind="leaf" if on else "constant")
            (self.tracked.add if on else self.tracked.discard)(key)

    def change(self, step: Step, label: str, owner: int) -> None:
        """Follow a change in place: recorded it is an operation, otherwise it leaves no trace."""
        sources = {self.values[s] for s in self.slots(step) if s in self.values}
        if self.recording and self.tracked & sources and step.outs:
            self.derive(step, label)
            slots = [s for s, key in self.values.items() if key == owner]
            self.values.update(dict.fromkeys(slots, step.outs[0]))
        else:
            self.values.update(dict.fromkeys(step.outs, owner))

    def cut(self, step: Step) -> None:
        """Turn what detach returns into a constant."""
        if step.name in _CUTS and step.outs and step.outs[0] in self.nodes:
            key = step.outs[0]
            self.nodes[key] = replace(self.nodes[key], kind="constant")
            self.tracked.discard(key)

    def attribute(self, step: Step) -> None:
        """Follow what is read of a value: its gradient, its data, a view of it."""
        owner = self.owner(step)
        used = self.slots(step)
        if owner is not None and step.name == "grad":
            self.gradients[step.outs[0]] = owner
        elif owner is not None and (step.name in _VALUES_OF or step.name in _CUTS):
            self.derive(step, step.name)
            self.cut(step)
        elif used and used[0] in self.modules and step.name in {"weight", "bias"}:
            self.add(step, "leaf", step.name)
        elif used and used[0] in self.gradients and step.outs:
            self.gradients[step.outs[0]] = self.gradients[used[0]]

    def assign(self, step: Step) -> None:
        """Follow an assignment to requires_grad."""
        owner = self.owner(step)
        if owner is not None and step.name == "requires_grad":
            self.switch(owner, on=step.args[1] is True)

    def binary(self, step: Step) -> None:
        """Follow an operator; a number is written beside its sign."""
        left, right = step.args
        sign = _SIGNS.get(step.name, step.name)
        if isinstance(right, Ref):
            label = f"{_scalar((left,)).strip('()')} {sign}".strip()
        else:
            label = f"{sign} {_scalar((right,)).strip('()')}".strip()
        if step.name in _COMPARISONS:
            return
        self.derive(step, label)

    def inplace(self, step: Step) -> None:
        """Follow an augmented assignment."""
        owner = self.owner(step)
        sign = f"{_SIGNS.get(step.name, step.name)}="
        if owner is not None:
            self.change(step, f"{sign} {_scalar(step.args[1:]).strip('()')}".strip(), owner)
        elif step.outs and (about := self.gradients.get(self.slots(step)[0])) is not None:
            self.gradients[step.outs[0]] = about

    def invoke(self, step: Step) -> None:
        """Follow a call of a module, or of something that was recorded."""
        used = self.slots(step)
        self.derive(step, self.modules.get(used[0], "call") if used else "call")

    def owner(self, step: Step) -> int | None:
        """Return the node that a step is about."""
        first = step.args[0] if step.args else None
        return self.values.get(first.slot) if isinstance(first, Ref) else None

    def blame(self, step: Step) -> None:
        """Mark the node at which the deviation was seen."""
        self.over = True
        for slot in (*step.outs, *self.slots(step)):
            if slot in self.gradients:
                self.mark(self.gradients[slot], "gradient")
                return
            if slot in self.values:
                self.mark(self.values[slot], "value" if step.op in _LOOKS else "step")
                return

    def mark(self, key: int, what: str) -> None:
        """Say what is wrong at a node."""
        self.nodes[key] = replace(self.nodes[key], wrong=what)

    def above(self, key: int) -> list[int]:
        """Return a node and all that it was made from, the nearest first."""
        found: dict[int, None] = {}
        waiting = [key]
        while waiting:
            current = waiting.pop(0)
            if current not in found:
                found[current] = None
                waiting += self.nodes[current].inputs
        return list(found)

    def wanted(self) -> list[Node]:
        """Return what belongs to the picture, the most telling first.

        For a wrong gradient that is the way it came, and what else goes into the operations on it;
        otherwise all that a value was made from.
        """
        nodes = self.nodes.values()
        roots = [n.key for n in nodes if n.root]
        wrong = next((n for n in nodes if n.wrong), None)
        if wrong is not None and wrong.wrong == "gradient":
            way = [k for k in self.below(wrong.key) if set(roots) & set(self.below(k))]
            beside = [i for key in way for i in self.nodes[key].inputs]
            found = dict.fromkeys([wrong.key, *way, *beside])
        else:
            starts = [wrong.key] if wrong else roots or list(self.nodes)[-1:]
            found = dict.fromkeys(key for start in starts for key in self.above(start))
        return [self.nodes[key] for key in found]

    def below(self, key: int) -> list[int]:
        """Return a node and all that was made from it, the nearest first."""
        found = {key: None}
        for node in self.nodes.values():
            if found.keys() & set(node.inputs):
                found[node.key] = None
        return list(found)


def _scalar(values: Iterable[Operand]) -> str:
    """Write the plain numbers among operands in parentheses, if there are few."""
    numbers = [v for v in values if isinstance(v, (int, float)) and not isinstance(v, bool)]
    text = ", ".join(f"{number:g}" for number in numbers[:2])
    return f"({text})" if text else ""


_SIGNS = SIGNS | {"mul": "×", "truediv": "÷", "sub": "−", "neg": "−"}
_FACTORIES = frozenset("tensor ones zeros full arange rand randn eye linspace Tensor".split())
_LOOKS = frozenset({"observe", "probe"})
_HANDLERS = {
    "call": _Drawing.call,
    "method": _Drawing.method,
    "attr": _Drawing.attribute,
    "setattr": _Drawing.assign,
    "binary": _Drawing.binary,
    "unary": lambda self, step: self.derive(step, _SIGNS.get(step.name, step.name)),
    "index": lambda self, step: self.derive(step, "[ ]"),
    "unpack": lambda self, step: self.derive(step, "unpack"),
    "repeat": lambda self, step: self.derive(step, f"{step.name} times"),
    "inplace": _Drawing.inplace,
    "invoke": _Drawing.invoke,
}
