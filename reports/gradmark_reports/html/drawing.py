"""Where a graph's nodes and edges are drawn: from left to right, inputs before results. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from gradmark.graph import Graph, Node
from gradmark.verdict import Detail
from gradmark_reports.visible import visible_line

WIDTH, GAP, LINE, PAD, ROW_GAP, MARGIN, EDGE_GAP = 148, 52, 17, 9, 20, 10, 13
TEXT = 19
"""Characters of the monospaced font that fit into a node."""

KINDS = {"leaf": "leaf", "constant": "constant", "operation": ""}
WRONG = {"gradient": "gradient differs", "value": "value differs", "step": "deviates here"}


@dataclass(frozen=True, slots=True)
class Box:
    """A node in its place; each line of text with its class."""

    x: int
    y: int
    height: int
    style: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture with its size, and the same in words.

    ``way`` are those edges by which a gradient that is wrong came, ``edges`` the others.
    """

    width: int
    height: int
    boxes: tuple[Box, ...]
    edges: str
    way: str
    words: str
    legend: tuple[str, ...]


def drawn(graph: Graph, detail: Detail) -> Drawing:
    """Lay a graph out."""
    nodes = {node.key: node for node in graph.nodes}
    columns = _columns(graph)
    lines = {key: _lines(node, detail) for key, node in nodes.items()}
    heights = {key: 2 * PAD + LINE * len(found) - 4 for key, found in lines.items()}
    tallest = max(sum(heights[k] + ROW_GAP for k in column) for column in columns) - ROW_GAP
    boxes: dict[int, Box] = {}
    for number, column in enumerate(columns):
        y = MARGIN + (tallest - sum(heights[k] + ROW_GAP for k in column) + ROW_GAP) // 2
        for key in column:
            x = MARGIN + number * (WIDTH + GAP)
            boxes[key] = Box(x, y, heights[key], _style(nodes[key]), tuple(lines[key]))
            y += heights[key] + ROW_GAP
    way = _way(nodes)
    curves: dict[bool, list[str]] = {True: [], False: []}
    for node in graph.nodes:
        # What lies higher arrives higher, so that edges do not cross on their last inch.
        for number, source in enumerate(sorted(node.inputs, key=lambda key: boxes[key].y)):
            aside = round((number - (len(node.inputs) - 1) / 2) * EDGE_GAP)
            twice = node.inputs.count(source) > 1
            curve = _curve(boxes[source], boxes[node.key], aside, aside if twice else 0)
            curves[(source, node.key) in way].append(curve)
    width = 2 * MARGIN + len(columns) * (WIDTH + GAP) - GAP
    return Drawing(
        width, tallest + 2 * MARGIN, tuple(boxes.values()), "".join(curves[False]),
        "".join(curves[True]), _words(graph, detail), _legend(graph),
    )  # fmt: skip


def _columns(graph: Graph) -> list[list[int]]:
    """Put each node behind all of its inputs, and as near to what uses it as that allows."""
    depth: dict[int, int] = {}
    for node in graph.nodes:
        depth[node.key] = max((depth[i] + 1 for i in node.inputs if i in depth), default=0)
    users = _users(graph.nodes)
    for node in reversed(graph.nodes):
        if users[node.key]:
            depth[node.key] = min(depth[user] for user in users[node.key]) - 1
    columns: list[list[int]] = [[] for _ in range(max(depth.values()) + 1)]
    for node in graph.nodes:
        columns[depth[node.key]].append(node.key)
    return [column for column in columns if column]


def _users(nodes: Iterable[Node]) -> dict[int, list[int]]:
    users: dict[int, list[int]] = defaultdict(list)
    for node in nodes:
        for source in dict.fromkeys(node.inputs):
            users[source].append(node.key)
    return users


def _lines(node: Node, detail: Detail) -> list[tuple[str, str]]:
    """Return what is written into a node, each line with its class."""
    head = node.label if node.kind == "operation" else node.name or node.label
    lines = [(head, "")]
    if node.kind == "operation":
        if node.name:
            lines.append((f"= {node.name}", ""))
    else:
        lines.append((KINDS[node.kind], "soft"))
    if node.value:
        lines.append((node.value, ""))
    if node.saved:
        lines.append((f"saves {', '.join(node.saved)}", "soft"))
    if node.freed:
        lines.append(("freed", "soft"))
    if node.root:
        lines.append(("◀ backward", "root"))
    if node.gradient and node.wrong != "gradient":
        lines.append((f"∂ {node.gradient}", "grad"))
    if node.wrong:
        lines.append((f"✗ {WRONG[node.wrong]}", "bad"))
        if node.wrong != "step":
            lines += [
                (f"{word} {_short(text)}", kind)
                for word, text, kind in (
                    ("want", detail.expected, "grad"),
                    ("got ", detail.observed, "bad"),
                )
                if text
            ]
    return [(_fitting(text), kind) for text, kind in lines]


def _short(text: str) -> str:
    return " ".join(text.split("\n", 1)[0].replace(",", " ").split())


def _fitting(text: str) -> str:
    shown = visible_line(text, 200)
    return shown if len(shown) <= TEXT else f"{shown[: TEXT - 1]}…"


def _style(node: Node) -> str:
    style = "" if node.kind == "operation" else node.kind
    return f"{style} wrong".strip() if node.wrong else style


def _curve(source: Box, target: Box, aside: int, start: int) -> str:
    """Draw an edge that arrives a little aside of the middle, and may start aside as well."""
    x, y = source.x + WIDTH, source.y + source.height // 2 + start
    to, at = target.x - 5, target.y + target.height // 2 + aside
    bend = max(20, (to - x) // 2)
    return f"M{x} {y}C{x + bend} {y} {to - bend} {at} {to} {at}m-6-4l6 4l-6 4"


def _way(nodes: dict[int, Node]) -> set[tuple[int, int]]:
    """Return the edges between where backward began and a node whose gradient is wrong."""
    users = _users(nodes.values())
    found: set[tuple[int, int]] = set()
    waiting = [n.key for n in nodes.values() if n.wrong == "gradient"]
    while waiting:
        key = waiting.pop()
        for user in users[key]:
            if (key, user) not in found:
                found.add((key, user))
                waiting.append(user)
    return found


def _words(graph: Graph, detail: Detail) -> str:
    """Describe the picture in one line, for those who can't see it."""
    names = {n.key: n.name or n.label for n in graph.nodes}
    parts = []
    for node in graph.nodes:
        made = " and ".join(names[i] for i in node.inputs)
        what = node.label if node.kind == "operation" else f"a {node.kind}"
        part = f"{names[node.key]}: {what}" + (f" of {made}" if made else "")
        part += ", where backward begins" if node.root else ""
        if node.wrong:
            part += f"; {WRONG[node.wrong]}"
        parts.append(part)
    return visible_line(f"Graph. {'. '.join(parts)}. {detail.reason}", 600)


def _legend(graph: Graph) -> tuple[str, ...]:
    """Say whose the values are, and what is not drawn."""
    said = []
    if graph.replayed.startswith("PyTorch"):
        said.append(f"values and gradients are {graph.replayed}'s")
    elif graph.replayed:
        said.append(f"values and gradients: {graph.replayed}, which gives PyTorch's answers here")
    if graph.left_out:
        said.append(f"{graph.left_out} more not drawn")
    return tuple(said)
