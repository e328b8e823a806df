"""Mutants that fail in another layout or precision alone, or where there is nothing at all."""

from gradmark_reference.mutants.mutant import Edit, Mutant

_COMPUTED = "        out = compute(function, *operands)\n"
_IN_MEMORY_ORDER = (
    "def _in_memory_order(one: Tensor) -> Tensor:\n"
    '    return Tensor(np.ravel(one._array, order="K").reshape(one.shape))\n\n\n'
    "def operation("
)
_FUNCTIONS = "exp log tanh relu abs sigmoid clamp neg sqrt".split()
_FURTHER = "sin cos log1p expm1 reciprocal square rsqrt softplus leaky-relu elu silu logsigmoid"
_BETWEEN = "add sub div pow pow-tensor maximum minimum where matmul batched-matmul"
_MATRICES = "add sub div pow where matmul"
_LOSSES = "mse-loss l1-loss smooth-l1-loss"
_SUMMED = "the losses are summed up"


def _own(kind: str, *names: str) -> tuple[str, ...]:
    return tuple(f"operations.{name}-{kind}" for name in names)


MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "operands-read-in-memory-order",
        "Every operation but the product reads its operands in the order of the memory",
        (
            Edit(
                "tensor.py",
                _COMPUTED,
                '        seen = operands if name == "Mul" else map(_in_memory_order, operands)\n'
                "        out = compute(function, *seen)\n",
            ),
            Edit("tensor.py", "def operation(", _IN_MEMORY_ORDER),
        ),
        _own("strided", *_FUNCTIONS, *_FURTHER.split(), *_MATRICES.split()),
        {"operations.linear": "its weight is turned before it is multiplied"},
    ),
    Mutant(
        "views-multiplied-in-memory-order",
        "The product of two turned matrices is computed in the order of the memory",
        (
            Edit(
                "tensor.py",
                _COMPUTED,
                "        plain = any(one._array.flags.c_contiguous for one in operands)\n"
                '        plain = plain or name != "Mul"\n'
                "        seen = operands if plain else map(_in_memory_order, operands)\n"
                "        out = compute(function, *seen)\n",
            ),
            Edit("tensor.py", "def operation(", _IN_MEMORY_ORDER),
        ),
        _own("strided", "mul"),
    ),
    Mutant(
        "view-copied-before-the-sum",
        "A turned view is copied before it is summed, and the copy is not tracked",
        (
            Edit(
                "tensor.py",
                "        spread = Edge(self, ",
                "        turned = self._base is not None and not self._array.flags.c_contiguous\n"
                "        spread = Edge(self.detach() if turned else self, ",
            ),
        ),
        _own("strided", "sum", "mean"),
    ),
    Mutant(
        "reductions-remember-the-memory",
        "Reductions keep their operand in the order of the memory for the way back",
        (
            Edit(
                "reductions.py",
                "*(n.reshape(forms[k]) for n, k in numbers)",
                '*(np.ravel(n, order="K").reshape(forms[k]) for n, k in numbers)',
            ),
        ),
        _own("strided", "max", "var", "logsumexp", "norm"),
    ),
    Mutant(
        "running-sums-in-memory-order",
        "Running sums and softmax walk through the memory instead of along the strides",
        (
            Edit(
                "reductions.py",
                "    return record(Tensor(self._array.cumsum(dim)), ",
                '    walked = np.ravel(self._array, order="K").reshape(self.shape)\n'
                "    return record(Tensor(walked.cumsum(dim)), ",
            ),
            Edit(
                "reductions.py",
                "    powers = np.exp(a - _peak(a, axis))\n",
                '    a = np.ravel(a, order="K").reshape(a.shape)\n'
                "    powers = np.exp(a - _peak(a, axis))\n",
            ),
            Edit(
                "reductions.py",
                "    out = Tensor(self._array - _logsumexp(self._array, dim))\n",
                '    a = np.ravel(self._array, order="K").reshape(self.shape)\n'
                "    out = Tensor(a - _logsumexp(a, dim))\n",
            ),
        ),
        _own("strided", "cumsum", "softmax", "log-softmax"),
    ),
    Mutant(
        "reshape-follows-the-memory",
        "A turned matrix is reshaped in the order of the memory",
        (
            Edit(
                "tensor.py",
                "self._view(self._array.reshape(sizes_of(sizes)))",
                'self._view(self._array.reshape(sizes_of(sizes), order="A"))',
            ),
        ),
        _own("strided", "reshape", "flatten", "prod"),
    ),
    Mutant(
        "index-into-the-memory",
        "An index counts rows in the memory, also where the matrix is turned",
        (
            Edit(
                "tensor.py",
                'self._view(self._array[place]), "Index"',
                'self._view(np.ravel(self._array, order="K").reshape(shape)[place]), "Index"',
            ),
        ),
        (*_own("strided", "index"), "operations.slice-of-a-view"),
        others={
            "operations.sort-strided": "sorted elements are gathered by an index",
        },
    ),
    Mutant(
        "functions-in-float32",
        "Every operation but the product takes its operands in float32",
        (
            Edit(
                "tensor.py",
                _COMPUTED,
                '        if name != "Mul" and self.dtype == np.float64:\n'
                "            rounded = (one._array.astype(np.float32) for one in operands)\n"
                "            out = compute(function, *(tensor(r, self.dtype) for r in rounded))\n"
                "        else:\n"
                "            out = compute(function, *operands)\n",
            ),
        ),
        _own("float64", *_FUNCTIONS, *_FURTHER.split(), *_BETWEEN.split(), *_LOSSES.split()),
    ),
    Mutant(
        "products-in-float32",
        "The factors of a product are kept in float32 for the way back",
        (
            Edit(
                "tensor.py",
                "np.multiply, lambda g, b: g * b, lambda g, a: g * a)",
                "np.multiply, lambda g, b: g * b.astype(np.float32), lambda g, a: g * a)",
            ),
        ),
        _own("float64", "mul"),
    ),
    Mutant(
        "sums-in-float32",
        "A sum is added up in float32",
        (
            Edit(
                "tensor.py",
                "np.asarray(self._array.sum(axis=axes, keepdims=True))",
                "np.asarray(self._array.astype(np.float32).sum(axis=axes, keepdims=True), "
                "self.dtype)",
            ),
        ),
        _own("float64", "sum", "mean"),
        dict.fromkeys(_own("float64", "smooth-l1-loss", "nll-loss", "cross-entropy"), _SUMMED),
    ),
    Mutant(
        "reductions-in-float32",
        "What makes fewer numbers of many rounds them to float32",
        (
            Edit(
                "reductions.py",
                "            whole = np.asarray(function(self._array, axes))\n",
                "            whole = np.asarray(function(self._array, axes))\n"
                "        whole = whole.astype(np.float32).astype(whole.dtype)\n",
            ),
            Edit(
                "reductions.py",
                "    return record(Tensor(self._array.cumsum(dim)), ",
                "    rounded = self._array.cumsum(dim).astype(np.float32)\n"
                "    return record(Tensor(rounded.astype(self.dtype)), ",
            ),
        ),
        _own("float64", *"prod max min amax var std logsumexp norm cumsum".split()),
    ),
    Mutant(
        "softmax-in-float32",
        "Softmax and its logarithm are computed in float32",
        (
            Edit(
                "reductions.py",
                "    powers = np.exp(a - _peak(a, axis))\n",
                "    powers = np.exp((a - _peak(a, axis)).astype(np.float32)).astype(a.dtype)\n",
            ),
            Edit(
                "reductions.py",
                "    out = Tensor(self._array - _logsumexp(self._array, dim))\n",
                "    rounded = (self._array - _logsumexp(self._array, dim)).astype(np.float32)\n"
                "    out = Tensor(rounded.astype(self.dtype))\n",
            ),
        ),
        _own("float64", "softmax", "log-softmax", "cross-entropy"),
    ),
    Mutant(
        "places-read-in-float32",
        "What is read at single places is rounded to float32",
        (
            Edit(
                "tensor.py",
                "        place, shape = _position(key), self.shape\n",
                "        place, shape = _position(key), self.shape\n"
                "        if self.dtype == np.float64:\n"
                "            rounded = self._array.astype(np.float32).astype(self.dtype)\n"
                '            return record(Tensor(rounded[place]), "Index", '
                "Edge(self, lambda g: scatter(g)))\n",
            ),
            Edit(
                "functional.py",
                "-input._array[places], 0)",
                "-input._array[places].astype(np.float32), 0)",
            ),
        ),
        _own("float64", "index", "nll-loss", "cross-entropy"),
    ),
    Mutant(
        "joined-in-float32",
        "Tensors are joined in a new array of float32",
        (
            Edit(
                "shapes.py",
                "compute(lambda *parts: np.concatenate(parts, dim), *tensors)",
                "compute(lambda *parts: np.concatenate(parts, dim, dtype=np.float32), *tensors)",
            ),
        ),
        _own("float64", "cat"),
    ),
    Mutant(
        "nothing-is-refused",
        "Operations but sums and products refuse what has no elements",
        (
            Edit(
                "tensor.py",
                _COMPUTED,
                '        if name not in ("Add", "Mul") and not self.numel():\n'
                '            raise ValueError("zero-size array")\n' + _COMPUTED,
            ),
        ),
        (
            *_own("zero-size", *_FUNCTIONS, *_FURTHER.split()),
            *(f"operations.{name}-broadcast-zero-size" for name in ("sub", "div")),
            "operations.matmul-inner-zero-size",
        ),
    ),
    Mutant(
        "lone-numbers-left-to-python",
        "Some functions of a tensor without axes are left to Python's numbers and not recorded",
        (
            Edit(
                "tensor.py",
                _COMPUTED,
                _COMPUTED + '        known = "Exp Log Tanh Relu Neg Sqrt".split()\n'
                "        if not others and not self.shape and name not in known:\n"
                "            return out\n",
            ),
        ),
        _own("number", "abs", "sigmoid", "clamp", *_FURTHER.split()),
    ),
    Mutant(
        "sum-of-nothing-is-constant",
        "The sum of no elements is a constant 0 that came from nowhere",
        (
            Edit(
                "tensor.py",
                "        spread = Edge(self, ",
                "        spread = Edge(self if self.numel() else self.detach(), ",
            ),
        ),
        _own("zero-size", "sum"),
    ),
)
