"""Mutants whose tensors come from arrays, and go back to arrays and numbers, in a wrong way."""

from gradmark_reference.mutants.mutant import Edit, Mutant

_FROM_NUMPY = '''\
    """Return a leaf in the memory of an array."""
    return Tensor(array)
'''

MUTANTS = (
    Mutant(
        "numpy-of-a-tracked-tensor",
        "numpy() hands out the array of a tensor that requires grad",
        (
            Edit(
                "tensor.py",
                "        if self.requires_grad and is_grad_enabled():\n"
                "            raise RuntimeError(\"Can't call numpy()",
                "        if self.dtype is None:\n"
                "            raise RuntimeError(\"Can't call numpy()",
            ),
        ),
        own=("tensors.numpy-refuses-tracked",),
    ),
    Mutant(
        "from-numpy-is-tracked",
        "from_numpy makes tensors that require grad from the start",
        (Edit("__init__.py", _FROM_NUMPY, _FROM_NUMPY.replace("(array)", "(array, True)")),),
        own=("tensors.from-numpy-as-a-leaf", "tensors.numpy-leaves-the-graph"),
    ),
    Mutant(
        "item-gives-the-first",
        "item() of several elements gives the first of them",
        (
            Edit(
                "tensor.py",
                '        if self.numel() != 1:\n            raise RuntimeError(f"a Tensor with',
                '        if self.numel() == 0:\n            raise RuntimeError(f"a Tensor with',
            ),
            Edit(
                "tensor.py",
                "        return self._array.item()\n",
                "        return self._array.flat[0].item()\n",
            ),
        ),
        own=("tensors.item-of-many-raises",),
    ),
)
