"""Adapters that come with Gradmark, one module each."""

READY = {
    "torch": "ready.torch:Torch",
    "micrograd": "ready.micrograd:Micrograd",
    "mygrad": "ready.mygrad:MyGrad",
    "tinygrad": "ready.tinygrad:Tinygrad",
    "autograd": "ready.autograd:Autograd",
    "smallpebble": "ready.smallpebble:SmallPebble",
}
"""Each name with its class, as ``module:Class`` inside `gradmark_backends`."""
