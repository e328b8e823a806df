"""What the documents say about making tensors."""

from gradmark.claims.claim import OLDEST, detail

CLAIMS = (
    detail(
        "tensors.multidimensional",
        "A tensor may have any number of dimensions, none included.",
        "002:6 003:22-23",
        "definition",
    ),
    detail(
        "tensors.single-dtype",
        "All elements of a tensor are of one type; what is mixed is converted.",
        "003:23",
    ),
    detail(
        "tensors.everything-is-a-tensor",
        "Data, results and gradients are tensors; a size, an item() and a grad_fn are not.",
        "003:340",
        partly="In PyTorch everything is a tensor.",
        since=OLDEST,
    ),
    detail(
        "tensors.attributes",
        "A tensor knows its device, its dtype and its shape.",
        "003:24 003:106-107",
    ),
    detail(
        "tensors.shape-goes-by-dimensions",
        "A shape has one size for each dimension.",
        "003:23-24",
    ),
    detail(
        "tensors.from-scalar",
        "Made from a number, a tensor has no dimensions.",
        "003:27-29 003:32-34",
        "value",
    ),
    detail(
        "tensors.from-ndarray",
        "Made from a NumPy array, a tensor has the array's shape and dtype.",
        "003:27-29 003:35-37",
    ),
    detail(
        "tensors.from-list",
        "Made from a list, a tensor has the list's values.",
        "003:27-29",
    ),
    detail(
        "tensors.constructor-from-list",
        "torch.Tensor makes floats of the integers 1, 2 and 3.",
        "003:38-40",
        "value",
    ),
    detail(
        "tensors.constructor-from-shape",
        (
            "torch.Tensor called with sizes gives a float tensor of that shape, its contents "
            "left to chance."
        ),
        "003:45-48",
    ),
    detail(
        "tensors.constructor-from-nested-list",
        "torch.Tensor of a nested list of integers is a float tensor of that shape.",
        "003:49-51",
        "value",
    ),
    detail(
        "tensors.constructor-one-element-list",
        "torch.Tensor([10]) is one ten, torch.Tensor(10) ten elements.",
        "003:45 003:52-53",
        "value",
    ),
    detail(
        "tensors.constructor-then-cast",
        (
            "short(), int(), float() and double() make int16, int32, float32 and float64 of "
            "the same numbers."
        ),
        "003:54-62",
        "value",
    ),
    detail(
        "tensors.constructor-dtype-is-default",
        "torch.Tensor gives the default dtype, whichever that is.",
        "003:67",
        partly="torch.Tensor gives float32 in any case.",
        since=OLDEST,
    ),
    detail(
        "tensors.tensor-infers-dtype",
        "torch.tensor goes by its data: int64 of integers, float32 of floats, bool of bools.",
        "003:68",
    ),
    detail(
        "tensors.constructor-refuses-dtype",
        "torch.Tensor can't be told a dtype.",
        "003:69-70",
    ),
    detail(
        "tensors.tensor-takes-dtype",
        "torch.tensor can be told a dtype.",
        "003:69-70 003:141-142 003:518",
    ),
    detail(
        "tensors.constructor-device",
        "torch.Tensor takes the name of a device and refuses all but the CPU.",
        "003:71",
        partly="torch.Tensor can't be told a device.",
        since=OLDEST,
    ),
    detail(
        "tensors.tensor-takes-device",
        "torch.tensor can be told a device.",
        "003:71",
    ),
    detail(
        "tensors.constructor-of-tensor-aliases",
        "torch.Tensor of a tensor shares its memory, its dtype and its history.",
        "003:72",
        contradicted="torch.Tensor of a tensor is a copy that inherits nothing.",
        since=OLDEST,
    ),
    detail(
        "tensors.tensor-of-tensor-copies",
        "torch.tensor of a tensor is a copy without history, and comes with a warning.",
        "003:72",
        contradicted="torch.tensor of a tensor shares its data.",
        since=OLDEST,
    ),
    detail(
        "tensors.tensor-has-no-copy-argument",
        "torch.tensor can't be told whether to copy.",
        "003:72",
        contradicted="torch.tensor copies if copy=True is passed.",
        since=OLDEST,
    ),
    detail(
        "tensors.constructor-choice",
        "PyTorch's own advice is torch.tensor, or a function such as ones, throughout.",
        "003:73",
        "context",
        partly="torch.Tensor is the choice for quick floats.",
        out_of_scope="Advice on style, whose facts are claims of their own.",
    ),
    detail(
        "tensors.typed-constructors",
        "Four old constructors are named after their dtypes, from IntTensor to DoubleTensor.",
        "003:74-75",
    ),
    detail(
        "tensors.typed-constructors-convert",
        "A typed constructor converts what it is given, and may lose something by it.",
        "003:75",
    ),
    detail(
        "tensors.numpy-bridge-initialises",
        "Today's PyTorch works with NumPy 2 without a warning.",
        "003:41-43",
        partly="The cure for the warning is an older NumPy.",
        since="2.3, the first version built for NumPy 2",
        out_of_scope="The answer depends on which versions of two packages are installed together.",
    ),
    detail(
        "tensors.arange",
        "arange counts up in steps and stops before its end.",
        "003:78-83",
        "value",
    ),
    detail(
        "tensors.linspace",
        "linspace divides evenly and holds both ends.",
        "003:78-79 003:84-86",
        "value",
    ),
    detail(
        "tensors.print-without-scientific-notation",
        "With sci_mode=False, numbers print without exponents.",
        "003:80 003:87-88 003:514-515",
        "value",
    ),
    detail(
        "tensors.randn-is-standard-normal",
        "randn draws with the mean 0 and the standard deviation 1.",
        "003:90 003:98-99",
    ),
    detail(
        "tensors.seed-reproduces",
        "One seed gives the same numbers every time.",
        "003:90-92 003:517",
    ),
    detail(
        "tensors.seed-covers-torch-generators",
        (
            "The seed is for PyTorch's own draws; those of NumPy and of Python's random go "
            "their own ways."
        ),
        "003:90",
        partly="The seed governs all randomness.",
        since=OLDEST,
    ),
    detail(
        "tensors.unseeded-differs",
        "Two runs that set no seed draw differently.",
        "003:90",
        out_of_scope="An unseeded draw has no answer to compare; two of them may even agree.",
    ),
    detail(
        "tensors.initial-seed",
        "initial_seed() tells the seed that was set.",
        "003:92-94",
        "value",
    ),
    detail(
        "tensors.rand-is-uniform",
        "rand draws evenly from 0 up to, and never reaching, 1.",
        "003:95-97",
    ),
    detail(
        "tensors.normal-takes-standard-deviation",
        "The std of torch.normal is a standard deviation: 3 means a variance of 9.",
        "003:100-101",
        contradicted="The 3 is called the variance.",
        since=OLDEST,
    ),
    detail(
        "tensors.randint-range",
        "randint draws integers from its lower bound up to, and never reaching, its upper one.",
        "003:196-198 003:248",
    ),
)
