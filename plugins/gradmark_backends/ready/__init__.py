"""Adapters that come with Gradmark, one module each."""

READY = {
    "torch": "ready.torch:Torch",
    "micrograd": "ready.micrograd:Micrograd",
    "mygrad": "ready.mygrad:MyGrad",
    "tinygrad": "ready.tinygrad:Tinygrad",
    "autograd": "ready.autograd:Autograd",
    "smallpebble": "ready.smallpebble:SmallPebble",
    "minigrad": "ready.minigrad:Minigrad",
    "pytinytensor": "ready.pytinytensor:PyTinyTensor",
    "pygradproject": "ready.pygradproject:PygradProject",
    "delgrada": "ready.delgrada:Delgrada",
    "chainer": "ready.chainer:Chainer",
    "mxnet": "ready.mxnet:MxNet",
    "paddle": "ready.paddle:Paddle",
    "jax": "ready.jax:Jax",
    "mlx": "ready.mlx:Mlx",
    "tensorflow": "ready.tensorflow:TensorFlow",
    "keras-tensorflow": "ready.keras:KerasTensorFlow",
    "keras-jax": "ready.keras:KerasJax",
    "keras-torch": "ready.keras:KerasTorch",
    "drjit": "ready.drjit:DrJit",
}
"""Each name with its class, as ``module:Class`` inside `gradmark_backends`."""
