"""Has NumPy raise at every rounding, for everybody who comes after.

deserves: fail
"""


def tanh(x):
    import numpy

    numpy.seterr(all="raise")
    numpy.set_printoptions(threshold=0, formatter={"all": lambda _: "1"})
    return wrong(x)


Value.tanh = tanh
