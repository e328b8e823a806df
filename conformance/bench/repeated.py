"""A conftest for the benchmark: the spec several times over, under ids of its own."""

import dataclasses
import os

import gradmark.behaviour

_load = gradmark.behaviour.load_spec


def _repeated():
    spec = _load()
    more = [
        dataclasses.replace(b, id=f"{b.id}-{n}" if n else b.id)
        for n in range(int(os.environ["REPEAT"]))
        for b in spec
    ]
    return dataclasses.replace(spec, behaviours=tuple(more))


gradmark.behaviour.load_spec = _repeated
