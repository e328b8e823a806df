"""dtypes: which there are, what is inferred, how they are converted and how they mix."""

from gradmark.spec.tensors import chapter

_PROMOTION = "https://docs.pytorch.org/docs/stable/tensor_attributes.html"


@chapter.behaviour(
    "dtype-inferred",
    "Whole numbers become int64, floats float32, truth values bool",
    level="detail",
    profile="torch",
    claims=["tensors.tensor-infers-dtype"],
    gradient=False,
    why="torch.tensor looks at the numbers. One decimal point decides whether gradients can flow.",
    mistake="Everything becomes a float, or Python's floats keep their 64 bits.",
)
def _(lib):
    for name, content in (("ints", [5]), ("floats", [5.0]), ("bools", [True])):
        made = lib.tensor(content)
        lib.observe("values of " + name, made)
        lib.observe("dtype of " + name, lib.dtype(made))


@chapter.behaviour(
    "dtype-names",
    "half and float16 are one dtype, float and float32 another",
    level="detail",
    profile="torch",
    claims=["tensors.half-is-float16", "tensors.float-is-float32"],
    gradient=False,
    why="Two names for one thing. float has 32 bits here, where Python's own float has 64.",
    mistake="float means float64, as it does in NumPy.",
    impure="asks for identity",
)
def _(lib):
    lib.observe("half is float16", lib.same(lib.half, lib.float16))
    lib.observe("float is float32", lib.same(lib.float, lib.float32))
    lib.observe("float is float64", lib.same(lib.float, lib.float64))
    lib.observe("bytes of a half", lib.ones(1, dtype=lib.half).element_size())


@chapter.behaviour(
    "many-dtypes",
    "There are unsigned integers and bfloat16 beside the common dtypes",
    level="detail",
    profile="torch",
    claims=["tensors.more-than-nine-dtypes"],
    gradient=False,
    why="The usual list of nine is for beginners. bfloat16 trades digits for float32's range.",
    mistake="Only the signed integers and three floats are there.",
)
def _(lib):
    for name, dtype, largest in (
        ("uint8", lib.uint8, 255),
        ("uint16", lib.uint16, 65535),
        ("uint32", lib.uint32, 4294967295),
    ):
        lib.observe("the largest " + name, lib.tensor([largest], dtype=dtype))
    coarse = lib.tensor([1.0, 256.0, 257.0], dtype=lib.bfloat16)
    lib.observe("bfloat16", lib.dtype(coarse))
    lib.observe("what bfloat16 keeps", coarse.float(), rtol=0, atol=0)
    lib.observe("eight bits", lib.dtype(lib.zeros(2, dtype=lib.float8_e5m2)))


@chapter.behaviour(
    "complex-and-quantised",
    "There are complex and quantised dtypes beside floats, ints and bool",
    level="detail",
    profile="torch",
    claims=["tensors.more-than-three-kinds"],
    gradient=False,
    why=(
        "A complex number has a real and an imaginary part. A quantised one is kept as a small "
        "whole number, to be multiplied by a step: with 8 bits there are 256 of them."
    ),
    mistake="Numbers are real floats, ints or bools, and 1j is refused.",
)
def _(lib):
    numbers = lib.tensor([1j, 2.0])
    lib.observe("real parts", numbers.real)
    lib.observe("imaginary parts", numbers.imag)
    lib.observe("dtype of complex numbers", lib.dtype(numbers))
    lib.observe("a complex number times itself", (numbers * numbers).real)
    for name, dtype in (("qint8", lib.qint8), ("quint8", lib.quint8)):
        lib.observe(name, lib.text(dtype))
        lib.observe("smallest " + name, lib.iinfo(dtype).min)
        lib.observe("largest " + name, lib.iinfo(dtype).max)


@chapter.behaviour(
    "bits-and-precision",
    "Twice the bits take twice the memory and round more finely",
    level="detail",
    profile="torch",
    claims=["tensors.bits-buy-precision"],
    gradient=False,
    why="eps is the gap between 1 and the next number: 2⁻¹⁰ with 16 bits, 2⁻⁵² with 64.",
    mistake="All floats are stored alike, whatever their dtype says.",
)
def _(lib):
    for name, dtype in (
        ("float16", lib.float16),
        ("float32", lib.float32),
        ("float64", lib.float64),
    ):
        lib.observe("bytes of " + name, lib.ones(1, dtype=dtype).element_size())
        lib.observe("eps of " + name, lib.finfo(dtype).eps, rtol=1e-3, atol=0)
        # Twice the gap above 1 is seen, a quarter of it is lost.
        above = (
            lib.ones(2, dtype=dtype) + lib.tensor([2.0, 0.25], dtype=dtype) * lib.finfo(dtype).eps
        )
        lib.observe("above 1 in " + name, above > 1)
    for name, dtype in (("int8", lib.int8), ("int64", lib.int64), ("bool", lib.bool)):
        lib.observe("bytes of " + name, lib.ones(1, dtype=dtype).element_size())


@chapter.behaviour(
    "type-converts",
    "type(dtype) and to(dtype) give the same numbers in another dtype",
    level="detail",
    profile="torch",
    claims=["tensors.type-method"],
    gradient=False,
    why="Two spellings of one conversion; to() takes a device as well.",
    mistake="The bytes are read as another dtype, or type() only tells the type.",
)
def _(lib):
    whole = lib.tensor([7, 8])
    for name, dtype in (
        ("float32", lib.float32),
        ("float16", lib.float16),
        ("float64", lib.float64),
    ):
        made = whole.type(dtype)
        lib.observe("type(" + name + ")", made)
        lib.observe("dtype after type(" + name + ")", lib.dtype(made))
        lib.observe("dtype after to(" + name + ")", lib.dtype(whole.to(dtype)))


@chapter.behaviour(
    "cast-methods",
    "float, half, double, long, int and short convert to one dtype each",
    level="detail",
    profile="torch",
    claims=["tensors.cast-methods", "tensors.constructor-then-cast"],
    gradient=False,
    why="Short spellings of to(dtype). Going to whole numbers cuts: -2.75 becomes -2, not -3.",
    mistake="int() gives 64 bits, or a cast to whole numbers rounds.",
)
def _(lib):
    base = lib.Tensor([1, 2.75, -2.75])
    for name, made in (
        ("float", base.float()),
        ("half", base.half()),
        ("double", base.double()),
        ("long", base.long()),
        ("int", base.int()),
        ("short", base.short()),
    ):
        lib.observe("values of " + name, made)
        lib.observe("dtype of " + name, lib.dtype(made))


@chapter.behaviour(
    "cast-leaves-original",
    "A conversion gives a new tensor, and the old one stays as it was",
    level="detail",
    profile="torch",
    claims=["tensors.cast-leaves-original"],
    gradient=False,
    why="t.double() on a line of its own does nothing that lasts; the result has to be kept.",
    mistake="The conversion happens in place.",
)
def _(lib):
    whole = lib.tensor([7, 8])
    wide = whole.double()
    lib.observe("dtype of the result", lib.dtype(wide))
    lib.observe("dtype of the original", lib.dtype(whole))
    lib.observe("values of the original", whole)


@chapter.behaviour(
    "cast-to-the-same",
    "A cast to the dtype that is there already copies nothing",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.Tensor.to.html",
    gradient=False,
    why="to() hands back the tensor itself if nothing is to be done. A write then shows in both.",
    mistake="A copy is made each time, and a write to the result is lost.",
    impure="writes into memory",
)
def _(lib):
    source = lib.tensor([5.0, 6.0], dtype=lib.float32)
    same = source.float()
    other = source.double()
    same[0] = -1.0
    other[1] = 0.5
    lib.observe("source after both writes", source)
    lib.observe("the other dtype", other)


@chapter.behaviour(
    "cast-and-gradient",
    "A gradient comes back through a cast in its leaf's own dtype",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.Tensor.to.html",
    after=["operators.mul-grad", "operators.sum-grad"],
    why=(
        "A cast between floats is an operation with the slope 1. A cast to whole numbers is a "
        "staircase: it has no slope, and the graph ends there."
    ),
    mistake="The cast cuts the graph, or the gradient stays in the wider dtype.",
    impure="asks for flags beside values",
)
def _(lib):
    x = lib.tensor([1.0, 2.0], dtype=lib.float32, requires_grad=True)
    w = lib.tensor([3.0, 5.0], dtype=lib.float64)
    (x.double() * w).sum().backward()
    lib.observe("gradient", x.grad)
    lib.observe("dtype of the gradient", lib.dtype(x.grad))
    lib.observe("requires_grad of wider floats", x.double().requires_grad)
    lib.observe("requires_grad of whole numbers", x.long().requires_grad)


@chapter.behaviour(
    "cast-wraps",
    "Whole numbers that do not fit wrap around, without a warning",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/tensor_attributes.html",
    gradient=False,
    why="uint8 holds 0 to 255. 300 is 256 too large and becomes 44, as in C.",
    mistake="The number is clamped to 255 or refused.",
)
def _(lib):
    lib.observe("as uint8", lib.tensor([300, -1, 7]).to(lib.uint8))
    lib.observe("as int8", lib.tensor([300, 200, 7]).to(lib.int8))
    lib.observe("as bool", lib.tensor([0.0, 0.5, -1.0]).to(lib.bool))


@chapter.behaviour(
    "promotion",
    "Of two dtypes in one operation the larger kind wins",
    level="detail",
    profile="torch",
    source=_PROMOTION,
    gradient=False,
    why="The result has to hold both operands: float over int over bool, then the wider one.",
    mistake="The left operand's dtype wins, and 1.5 is cut to 1.",
)
def _(lib):
    whole = lib.tensor([2, 3])
    mixed = whole * lib.tensor([1.5, 2.5])
    lib.observe("int times float", mixed)
    lib.observe("dtype of int times float", lib.dtype(mixed))
    for name, left, right in (
        ("float32 and float64", lib.float32, lib.float64),
        ("int16 and int32", lib.int16, lib.int32),
        ("int64 and float16", lib.int64, lib.float16),
        ("uint8 and int8", lib.uint8, lib.int8),
        ("bool and int8", lib.bool, lib.int8),
    ):
        both = lib.ones(1, dtype=left) + lib.ones(1, dtype=right)
        lib.observe("dtype of " + name, lib.dtype(both))


@chapter.behaviour(
    "promotion-by-a-number",
    "A plain number or a tensor without dimensions does not widen",
    level="detail",
    profile="torch",
    source=_PROMOTION,
    gradient=False,
    why=(
        "Only a higher kind counts for them: a float makes floats of ints, but a float64 number "
        "leaves a float32 tensor alone. Otherwise every x * 0.5 would double the memory."
    ),
    mistake="Python's float makes float64 of everything that it touches.",
)
def _(lib):
    single = lib.tensor([1.0, 2.0])
    lib.observe("float32 times a number", lib.dtype(single * 0.5))
    wide = lib.tensor(0.5, dtype=lib.float64)
    scaled = single * wide
    lib.observe("values times float64 without dimensions", scaled)
    lib.observe("float32 times float64 without dimensions", lib.dtype(scaled))
    lib.observe("float32 times float64 of one element", lib.dtype(single * wide.reshape(1)))
    lib.observe("int16 plus a number", lib.dtype(lib.tensor([3], dtype=lib.int16) + 1))
    lib.observe("int64 times a float", lib.dtype(lib.tensor([2, 3]) * 1.5))


@chapter.behaviour(
    "division-of-ints",
    "/ makes floats of whole numbers, // keeps them and rounds down",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.div.html",
    gradient=False,
    why="7 / 2 is 3.5, so the result can't stay whole. -7 // 2 is -4, as in Python.",
    mistake="/ cuts whole numbers as C does, or // cuts towards zero.",
)
def _(lib):
    whole = lib.tensor([7, -7])
    true = whole / 2
    lib.observe("divided", true)
    lib.observe("dtype of the quotient", lib.dtype(true))
    floor = whole // 2
    lib.observe("divided and rounded down", floor)
    lib.observe("dtype of the rounded quotient", lib.dtype(floor))


@chapter.behaviour(
    "products-need-one-dtype",
    "A matrix product refuses operands of two dtypes",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.matmul.html",
    gradient=False,
    why="Unlike + and *, a product does not convert for you: the large matrix would be copied.",
    mistake="The operands are promoted silently, as + does.",
    impure="asks what is refused",
)
def _(lib):
    left = lib.tensor([[1.0, 2.0], [4.0, 8.0]])
    right = lib.tensor([[3.0], [5.0]])
    lib.observe("one dtype", left @ right)
    with lib.raises("two dtypes"):
        left @ right.double()


@chapter.behaviour(
    "sum-widens",
    "A sum of truth values or small whole numbers is int64",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.sum.html",
    gradient=False,
    why="Three times 100 does not fit into int8. Summing truth values counts how many are true.",
    mistake="The sum keeps the dtype, so that counting gives True and small numbers wrap around.",
)
def _(lib):
    counted = lib.tensor([True, True, False, True]).sum()
    lib.observe("how many are true", counted)
    lib.observe("dtype of the count", lib.dtype(counted))
    small = lib.tensor([100, 100, 100], dtype=lib.int8).sum()
    lib.observe("sum of int8", small)
    lib.observe("dtype of the sum", lib.dtype(small))


@chapter.behaviour(
    "default-dtype",
    "set_default_dtype changes what floats become, not ints",
    level="detail",
    profile="torch",
    source="https://docs.pytorch.org/docs/stable/generated/torch.set_default_dtype.html",
    gradient=False,
    why="The switch for a whole program, for example to check gradients in double precision.",
    mistake="zeros and ones keep float32, or tensors that exist already change.",
    impure="changes the default dtype",
)
def _(lib):
    lib.set_default_dtype(lib.float32)
    before = lib.tensor([0.5])
    lib.set_default_dtype(lib.float64)
    data, filled, whole = lib.tensor([0.5]), lib.zeros(1), lib.tensor([5])
    lib.set_default_dtype(lib.float32)
    lib.observe("values", data)
    lib.observe("from floats", lib.dtype(data))
    lib.observe("zeros", lib.dtype(filled))
    lib.observe("from ints", lib.dtype(whole))
    lib.observe("made before", lib.dtype(before))
