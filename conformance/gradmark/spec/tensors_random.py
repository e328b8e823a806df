"""Random numbers: their shape, where they lie, and what a seed fixes; never which they are."""

from gradmark.spec.tensors import chapter


@chapter.behaviour(
    "seed-repeats",
    "After the same seed the same numbers come again",
    level="detail",
    profile="torch",
    claims=["tensors.seed-reproduces"],
    gradient=False,
    why="How a run is made repeatable. Without setting the seed again the numbers go on.",
    mistake="The seed is ignored, or every draw gives the same numbers.",
    impure="draws random numbers",
)
def _(lib):
    lib.manual_seed(31)
    first = lib.randn(3)
    further = lib.randn(3)
    lib.manual_seed(31)
    again = lib.randn(3)
    lib.observe("again, after the same seed", again == first)
    lib.observe("further, without one", further == first)


@chapter.behaviour(
    "initial-seed",
    "initial_seed tells the seed that was set",
    level="detail",
    profile="torch",
    claims=["tensors.initial-seed"],
    gradient=False,
    why="So that a run can write down what it takes to repeat it.",
    mistake="It tells the generator's present state, which changes with every draw.",
    impure="draws random numbers",
)
def _(lib):
    lib.manual_seed(123)
    lib.rand(2)
    lib.observe("after a draw", lib.initial_seed())


@chapter.behaviour(
    "seed-covers",
    "The seed fixes numbers, shuffles and new layers, but not NumPy's draws",
    level="detail",
    profile="torch",
    claims=["tensors.seed-covers-torch-generators"],
    gradient=False,
    why="Everything that torch draws comes from its own generators. NumPy has a seed of its own.",
    mistake="Only randn is seeded, and a shuffled data set differs from run to run.",
    impure="draws random numbers",
)
def _(lib):
    lib.manual_seed(8)
    numbers, order = lib.rand(2), lib.randperm(9)
    weight = lib.nn.Linear(2, 1).weight.detach()
    outside = lib.host.numpy.random.rand(2)
    lib.manual_seed(8)
    lib.observe("numbers", lib.rand(2) == numbers)
    lib.observe("shuffle", lib.randperm(9) == order)
    lib.observe("new layer", lib.nn.Linear(2, 1).weight.detach() == weight)
    lib.observe("NumPy", lib.host.numpy.random.rand(2) == outside)


@chapter.behaviour(
    "rand",
    "rand is spread evenly between 0 and 1",
    level="detail",
    profile="torch",
    claims=["tensors.rand-is-uniform"],
    gradient=False,
    why="All numbers from 0 up to, but not including, 1 are equally likely; their mean is a half.",
    mistake="The numbers lie between -1 and 1, or are normally distributed.",
    impure="draws random numbers",
)
def _(lib):
    lib.manual_seed(5)
    sample = lib.rand(100, 200, dtype=lib.float32)
    lib.observe("shape", sample.shape)
    lib.observe("smallest, about 0", sample.min(), atol=0.01)
    lib.observe("largest, about 1", sample.max(), rtol=0, atol=0.01)
    lib.observe("mean, about a half", sample.mean(), rtol=0, atol=0.03)
    lib.observe("none is below 0", (sample < 0).any())
    lib.observe("none is 1", (sample >= 1).any())


@chapter.behaviour(
    "randn",
    "randn has the mean 0 and the standard deviation 1",
    level="detail",
    profile="torch",
    claims=["tensors.randn-is-standard-normal"],
    gradient=False,
    why="The bell curve that weights are often drawn from: two thirds lie between -1 and 1.",
    mistake="The numbers come from 0 to 1, as rand's do.",
    impure="draws random numbers",
)
def _(lib):
    lib.manual_seed(5)
    sample = lib.randn(100, 200, dtype=lib.float32)
    lib.observe("shape", sample.shape)
    lib.observe("mean, about 0", sample.mean(), rtol=0, atol=0.05)
    lib.observe("standard deviation, about 1", sample.std(), rtol=0, atol=0.05)
    within = (sample.abs() < 1).float()
    lib.observe("share between -1 and 1, about 0.68", within.mean(), rtol=0, atol=0.03)


@chapter.behaviour(
    "normal",
    "normal takes the standard deviation, not the variance",
    level="detail",
    profile="torch",
    claims=["tensors.normal-takes-standard-deviation"],
    gradient=False,
    why="With std=3 the numbers are about 3 away from the mean, and the variance is 3² = 9.",
    mistake="3 is taken for the variance, and the numbers lie too close together.",
    impure="draws random numbers",
)
def _(lib):
    lib.manual_seed(5)
    sample = lib.normal(mean=2.0, std=3.0, size=(100, 200), dtype=lib.float32)
    lib.observe("shape", sample.shape)
    lib.observe("mean, about 2", sample.mean(), rtol=0, atol=0.15)
    lib.observe("standard deviation, about 3", sample.std(), rtol=0, atol=0.15)
    lib.observe("variance, about 9", sample.var(), rtol=0, atol=0.9)


@chapter.behaviour(
    "randint",
    "randint draws whole numbers, the upper end left out",
    level="detail",
    profile="torch",
    claims=["tensors.randint-range"],
    gradient=False,
    why="randint(1, 7) is a die. Leaving the end out makes randint(n) fit for an index.",
    mistake="The end is included, as with Python's random.randint.",
    impure="draws random numbers",
)
def _(lib):
    lib.manual_seed(5)
    dice = lib.randint(1, 7, (50, 40))
    lib.observe("shape", dice.shape)
    lib.observe("dtype", lib.dtype(dice))
    lib.observe("what was thrown", lib.unique(dice))
