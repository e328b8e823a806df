"""What the documents say about dtypes, devices, NumPy and numbers."""

from gradmark.claims.claim import OLDEST, detail, should

CLAIMS = (
    detail(
        "tensors.more-than-nine-dtypes",
        "PyTorch has far more than nine dtypes.",
        "003:15",
        contradicted="There are nine: floats and integers of 8, 16, 32 and 64 bits, and bool.",
        since="1.13.1 or earlier, which had 18",
    ),
    detail(
        "tensors.more-than-three-kinds",
        "Complex dtypes are a kind of their own beside floats, integers and bool.",
        "003:15",
        contradicted="There are three kinds: floats, integers and bool.",
        since=OLDEST,
    ),
    detail(
        "tensors.bits-buy-precision",
        "More bits take more memory and round less.",
        "003:16",
    ),
    detail(
        "tensors.type-method",
        "type(dtype) gives a converted tensor.",
        "003:119-127",
    ),
    detail(
        "tensors.cast-methods",
        (
            "float(), half(), double(), long() and int() convert to the five dtypes that they "
            "are named after."
        ),
        "003:128-139",
    ),
    detail(
        "tensors.cast-leaves-original",
        "A conversion gives a new tensor and leaves the old one as it is.",
        "003:124 003:129-138 003:206",
    ),
    detail(
        "tensors.half-is-float16",
        "torch.half is another name of torch.float16.",
        "003:131-133 003:141-142",
    ),
    detail(
        "tensors.float-is-float32",
        "torch.float is another name of torch.float32.",
        "001:39 004:66 003:518-519",
    ),
    detail(
        "tensors.default-device",
        "Three integers in a list make an int64 tensor of shape [3] on the CPU.",
        "003:103-107",
        "value",
    ),
    detail(
        "tensors.to-device",
        "to(device) gives the tensor on the device that is named.",
        "003:108-111",
    ),
    detail(
        "tensors.devices-do-not-mix",
        "Tensors of two devices don't compute together.",
        "003:112",
        "error",
    ),
    detail(
        "tensors.zero-dim-cpu-mixes",
        "What has no dimensions may stay on the CPU and still meet a tensor of another device.",
        "003:112",
        partly="Tensors of two devices never compute together.",
        since=OLDEST,
    ),
    detail(
        "tensors.cuda-needs-cuda-build",
        "cuda() and device='cuda' work where there is a GPU and are refused elsewhere.",
        "003:113-118 003:5 003:23",
        partly="They put a tensor on the GPU, without a condition.",
        where="003:113-118",
        since="1.13.1 or earlier; the exception has changed since",
        out_of_scope="The answer depends on the GPU of the machine and on the installed build.",
    ),
    detail(
        "tensors.gpu-speed",
        "A GPU makes large tensors faster.",
        "003:5 003:16 003:23",
        "context",
        out_of_scope="Speed of a machine; no value and no gradient depends on it.",
    ),
    detail(
        "tensors.numpy-shares-memory",
        "numpy() gives an array of the same memory: a 100 written there is read in the tensor.",
        "003:144-154",
        "value",
    ),
    detail(
        "tensors.numpy-types",
        "numpy() gives an ndarray and from_numpy() a tensor.",
        "003:151 003:161 003:172 003:181",
    ),
    detail(
        "tensors.numpy-copy-is-independent",
        "numpy().copy() has memory of its own: a 100 written there stays there.",
        "003:155-164",
        "value",
    ),
    should(
        "tensors.numpy-refused-while-tracked",
        "numpy() refuses a tracked tensor until it is detached.",
        "003:145",
        "error",
        partly="The conversion is what takes a tensor out of the graph.",
        since=OLDEST,
    ),
    should(
        "tensors.numpy-leaves-graph",
        "What NumPy computes is no part of the graph.",
        "003:145",
    ),
    detail(
        "tensors.from-numpy-shares-memory",
        "from_numpy() gives a tensor of the same memory: a 100 written there is read in the array.",
        "003:165-175",
        "value",
    ),
    detail(
        "tensors.from-numpy-keeps-dtype",
        "from_numpy() keeps values and dtype.",
        "001:8 004:22 003:170-171",
    ),
    should(
        "tensors.from-numpy-can-be-leaf",
        "A tensor from from_numpy() is untracked at first and can be made a leaf with a gradient.",
        "001:8-12 001:16-17 004:22-25 004:30-31",
    ),
    detail(
        "tensors.tensor-of-ndarray-copies",
        "torch.tensor of an array has memory of its own: a 100 written there stays there.",
        "003:176-184",
        "value",
    ),
    detail(
        "tensors.item",
        "item() makes the number 18 of the tensor [[18]].",
        "003:186-189 003:539",
        "value",
    ),
    detail(
        "tensors.item-any-rank",
        "item() asks for one element, in any number of dimensions.",
        "003:191",
    ),
    should(
        "tensors.item-of-many-raises",
        "item() refuses several elements.",
        "003:192",
        "error",
    ),
    detail(
        "tensors.item-works-on-any-device",
        "item() fetches its number from the GPU as well; numpy() does not.",
        "003:193",
        contradicted="item() is for tensors on the CPU.",
        since="not run on a GPU; the refusal of numpy() is shown on the meta device",
    ),
    detail(
        "tensors.format-of-scalar",
        "In an f-string, a tensor without dimensions reads as its number.",
        "002:161-165",
    ),
    detail(
        "tensors.printed-form",
        (
            "A tracked leaf prints with requires_grad=True, a tracked result with its "
            "grad_fn, a constant with neither."
        ),
        "000:39 001:13-14 001:18-19 001:22-36 002:23-28 004:26-27 004:32-33 004:37-52",
        "value",
    ),
    detail(
        "tensors.printed-digits",
        "Floats print with four decimals, or with a bare point where all are whole.",
        "002:69-70 002:144 003:447",
    ),
)
