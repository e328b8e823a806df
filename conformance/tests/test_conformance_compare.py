"""Comparing values: what counts as equal, how a difference is told, and what is shown of it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from gradmark.compare import Conventions, constant, difference, matches
from gradmark.library import alternative
from gradmark.program import Array, Mark
from gradmark.trace import NONE, RETURNED, Value
from gradmark.values import show, to_array

MARK = Mark("value")
PLAIN = Conventions()
NAN, INF = math.nan, math.inf
ODD = complex(NAN, INF)
BIG = 2**53


def tensor(data: Any, dtype: str = "float32", kind: str = "tensor") -> Value:
    array = np.asarray(data, dtype)
    return Value(kind, array.dtype.name, array.shape, array.tobytes())


def items(*values: Value, kind: str = "sequence") -> Value:
    return Value(kind, items=values)


def number(value: Any) -> Value:
    return tensor(value, "float64", "float")


EQUAL = [
    ("NaN is NaN", tensor([NAN, 1.0]), tensor([NAN, 1.0])),
    ("infinities", tensor([INF, -INF]), tensor([INF, -INF])),
    ("signs of zero", tensor([0.0]), tensor([-0.0])),
    ("nothing", tensor(np.zeros((0, 3))), tensor(np.zeros((0, 3)))),
    ("rounding of float32", tensor(1.0), tensor(1.00001)),
    ("rounding of float16", tensor(1.0, "float16"), tensor(1.005)),
    ("another dtype", tensor([1.0, 2.0]), tensor([1, 2], "int64")),
    ("a list of numbers", tensor([1.0, 2.0]), items(number(1.0), number(2.0))),
    ("an array for a list", items(number(1.0), number(2.0)), tensor([1.0, 2.0])),
    ("nested lists", tensor([[1.0], [2.0]]), items(items(number(1.0)), items(number(2.0)))),
    ("an empty list", items(), tensor(np.zeros(0))),
    ("a Python number is a float32", number(1.0), number(1.00001)),
    ("an array that is a tensor elsewhere", tensor([1.0]), tensor([1.0], kind="ndarray")),
    ("complex NaN", tensor(ODD, "complex64"), tensor(ODD, "complex64")),
    ("a real answer to a complex question", tensor([1 + 0j], "complex64"), tensor([1.0])),
    ("large whole numbers", tensor([BIG + 1], "int64"), tensor([BIG + 1], "int64")),
    ("unsigned and signed", tensor([3], "uint8"), tensor([3], "int64")),
    ("truth", tensor(True, "bool", "bool"), tensor(True, "bool")),
    ("None", NONE, Value("none")),
    ("any object", Value("object", text="MulBackward0"), Value("object", text="Mul")),
    ("the name of an object", Value("object", text="MulBackward0"), Value("text", text="mul")),
    ("mixed items", items(number(1.0), NONE), items(tensor(1.0), NONE)),
]  # fmt: skip


@pytest.mark.parametrize("row", EQUAL, ids=lambda row: row[0])
def test_these_are_equal(row):
    """Kinds and dtypes are conventions that other behaviours judge; numbers are not."""
    assert difference(row[1], row[2], MARK, PLAIN) is None


DIFFERENT = [
    ("NaN for a number", tensor([1.0, 2.0]), tensor([1.0, NAN]), "1 of 2 elements differ"),
    ("a number for NaN", tensor(NAN), tensor(0.0), "another number"),
    ("huge for infinite", tensor(INF), tensor(3e38), "another number"),
    ("the other infinity", tensor(INF), tensor(-INF), "another number"),
    ("off in float32", tensor([1.0]), tensor([1.0001]), "1 of 1 elements differ"),
    ("off in float64", tensor(1.0, "float64"), tensor(1 + 1e-6, "float64"), "another number"),
    ("float32 where float64 was asked", tensor(0.1, "float64"), tensor(0.1), "another number"),
    ("large whole numbers", tensor([BIG + 1], "int64"), tensor([BIG], "int64"), "1 of 1"),
    ("large and rounded", tensor([BIG + 1], "int64"), tensor([float(BIG)], "float64"), "1 of 1"),
    ("whole numbers are exact", tensor([100_000], "int64"), tensor([100_001], "int64"), "1 of 1"),
    ("the imaginary part", tensor([1 + 1j], "complex64"), tensor([1 - 1j], "complex64"), "1 of 1"),
    ("half a NaN", tensor(complex(NAN, 1), "complex64"), tensor(2j + NAN, "complex64"), "n"),
    ("one element is no scalar", tensor(1.0), tensor([1.0]), "shape (1,) where ()"),
    ("a scalar is no vector", tensor([1.0]), tensor(1.0), "shape () where (1,)"),
    ("a row for a column", tensor([[1.0], [1.0]]), tensor([[1.0, 1.0]]), "shape (1, 2)"),
    ("a number for truth", tensor(True, "bool", "bool"), tensor(1, "int64", "int"), "a truth"),
    ("truth for a number", tensor(1.0), tensor(True, "bool"), "a truth value where a number"),
    ("None for zeros", tensor([0.0]), NONE, "None where an array is expected"),
    ("zeros for None", NONE, tensor([0.0]), "an array where None is expected"),
    ("False for None", NONE, tensor(False, "bool", "bool"), "a truth value where None"),
    ("False for an object", Value("object"), tensor(False, "bool", "bool"), "where an object"),
    ("None for an object", Value("object"), NONE, "None where an object"),
    ("another text", Value("text", text="float32"), Value("text", text="float64"), "another"),
    ("a text for a number", tensor(6.0), Value("text", text="6"), "a text where a number"),
    ("too few items", items(NONE, NONE), items(NONE), "1 items where 2 are expected"),
    ("an item", items(NONE, number(1.0)), items(NONE, number(2.0)), "item 1: another number"),
    ("a ragged list", tensor([1.0, 2.0]), items(number(1.0), items()), "a sequence where"),
    ("calls for numbers", tensor([1.0]), items(number(1.0), kind="calls"), "a list of calls"),
    ("a lie about dtypes", tensor(1.0), Value("tensor", "", (), b""), "an unreadable tensor"),
]  # fmt: skip


@pytest.mark.parametrize("row", DIFFERENT, ids=lambda row: row[0])
def test_these_differ(row):
    """What is wrong is said in a few words."""
    found = difference(row[1], row[2], MARK, PLAIN)
    assert found is not None
    assert row[3] in found.reason, found


def test_the_first_and_the_largest_difference_are_told():
    """The index is that of the first element; the errors are the largest anywhere."""
    found = difference(
        tensor([[1.0, 2.0], [4.0, 0.5]]), tensor([[1.0, 3.0], [4.0, 2.5]]), MARK, PLAIN
    )
    assert found is not None
    assert (found.index, found.max_abs, found.max_rel) == ((0, 1), 2.0, 4.0)
    assert (found.differing, found.shape) == ((1, 3), (2, 2))
    assert found.expected_items == ("1", "2", "4", "0.5")
    assert found.allowed == "2e-06 + 2e-05 × |expected|"
    assert found.reason == "2 of 4 elements differ, the first at index (0, 1)"


def test_a_missing_number_is_infinitely_wrong():
    """NaN where a number belongs must not hide behind an error that is not a number."""
    found = difference(tensor([1.0, 2.0]), tensor([NAN, 2.0]), MARK, PLAIN)
    assert found is not None
    assert (found.max_abs, found.max_rel) == (INF, INF)


def test_a_small_difference_is_shown_with_enough_digits():
    """Expected 0.1, observed 0.1 helps nobody."""
    found = difference(tensor(0.1, "float64"), tensor(0.1 + 1e-9, "float64"), MARK, PLAIN)
    assert found is not None
    assert found.expected != found.observed
    assert found.allowed == "1e-10 + 1e-09 × |expected|"


def test_the_sign_of_zero_counts_where_it_is_the_point():
    """A mark may ask for it; then real and imaginary parts are looked at."""
    mark = Mark("value", signed_zero=True)
    assert difference(tensor([0.0]), tensor([-0.0]), mark, PLAIN)
    assert difference(tensor([-0.0, 1.0]), tensor([-0.0, 1.0]), mark, PLAIN) is None
    left, right = tensor(complex(1, 0.0), "complex64"), tensor(complex(1, -0.0), "complex64")
    assert difference(left, right, mark, PLAIN)


def test_a_mark_has_the_last_word_on_tolerance():
    """Loose where the behaviour says so, exact where it says so."""
    assert difference(tensor(1.0), tensor(1.1), Mark("v", rtol=0.2), PLAIN) is None
    assert difference(tensor(1.0), tensor(1.000001), Mark("v", rtol=0, atol=0), PLAIN)
    assert difference(tensor(10, "int64"), tensor(11, "int64"), Mark("v", atol=1.0), PLAIN) is None


def test_a_declared_scalar_shape_is_a_scalar():
    """Unless rank is what the behaviour is about, and only where a scalar is expected."""
    one = Conventions(scalar_shape=(1,))
    assert difference(tensor(1.0), tensor([1.0]), MARK, one) is None
    assert difference(items(number(1.0), NONE), items(tensor([1.0]), NONE), MARK, one) is None
    assert difference(tensor(1.0), tensor([1.0]), Mark("v", exact_shape=True), one)
    assert difference(tensor(1.0), tensor([[1.0]]), MARK, one)
    assert difference(tensor([1.0]), tensor([[1.0]]), MARK, one)


def test_a_smallest_rank_is_declared_with_the_scalar_shape():
    """Where one number is a matrix, a vector is a row, and a plain number still one."""
    matrix = Conventions(scalar_shape=(1, 1))
    row = tensor([[1.0, 2.0]])
    assert difference(tensor([1.0, 2.0]), row, MARK, matrix) is None
    assert difference(tensor(2.0), tensor([2.0]), MARK, matrix) is None
    assert difference(tensor([1.0, 2.0]), row, MARK, Conventions(scalar_shape=(1,))) is not None
    assert difference(tensor([2.0]), tensor(2.0), MARK, matrix) is not None


def test_a_declared_dtype_is_normalised():
    """A library that has float32 only is not asked for more, in range or in precision."""
    single, double = Conventions(dtype="float32"), Conventions(dtype="float64")
    assert difference(tensor(0.1, "float64"), tensor(0.1), MARK, single) is None
    assert difference(tensor(1e300, "float64"), tensor(INF), MARK, single) is None
    assert difference(tensor([True], "bool"), tensor([1.0]), MARK, single) is None
    assert difference(tensor([2**24 + 1], "int64"), tensor([2.0**24]), MARK, single) is None
    assert difference(tensor([100_000], "int64"), tensor([100_001.0]), MARK, single)
    assert difference(tensor(1.0), tensor(1.0001, "float64"), MARK, double)
    assert difference(tensor(1.0), tensor(True, "bool"), MARK, single)


def test_a_declared_dtype_is_still_told_when_asked():
    """A behaviour about dtypes hears the library's own."""
    asked, told = Value("text", text="float32"), Value("text", text="float64")
    assert difference(asked, told, MARK, Conventions(dtype="float64"))


def test_an_alternative_is_held_to_pytorchs_tolerance():
    """The dtype that a library sends makes nothing easier."""
    other = alternative("saved by value", 2.0)
    assert matches(other, tensor(2.00001), tensor(200.0), MARK, PLAIN)
    assert not matches(other, tensor(2.001, "float16"), tensor(200.0), MARK, PLAIN)
    assert not matches(other, tensor(2.00001), tensor(200.0, "float64"), MARK, PLAIN)
    assert not matches(other, tensor([2.0]), tensor(200.0), MARK, PLAIN)
    assert matches(other, tensor([2.0]), tensor(200.0), MARK, Conventions(scalar_shape=(1,)))


def test_an_alternative_may_be_none_a_text_or_a_list():
    """Whatever can be observed can be an alternative."""
    assert matches(alternative("none"), NONE, tensor(1.0), MARK, PLAIN)
    assert not matches(alternative("none"), tensor(0.0), tensor(1.0), MARK, PLAIN)
    assert matches(alternative("t", "cpu"), Value("text", text="cpu"), NONE, MARK, PLAIN)
    assert matches(alternative("l", [[1], [2]]), tensor([[1.0], [2.0]]), NONE, MARK, PLAIN)
    assert matches(alternative("m", [1.0, None]), items(number(1.0), NONE), NONE, MARK, PLAIN)
    calls = items(tensor([1.0]), tensor([2.0]), kind="calls")
    assert matches(alternative("c", [[1.0], [2.0]]), calls, NONE, MARK, PLAIN)
    assert constant(Array("float32", (1,), b"\0" * 4)) == tensor([0.0], kind="ndarray")


def test_zeros_are_zeros():
    """The predicate takes numbers only: nothing, False and no elements are not zeros."""
    zeros = alternative("zeros", predicate="zeros")
    assert matches(zeros, tensor([0.0, -0.0]), NONE, MARK, PLAIN)
    assert matches(zeros, number(0.0), NONE, MARK, PLAIN)
    for other in (tensor([0.0, 1e-9]), NONE, tensor(False, "bool"), tensor([]), RETURNED):
        assert not matches(zeros, other, NONE, MARK, PLAIN)


def test_nothing_that_is_shown_is_long():
    """Ten thousand numbers, ten thousand texts and a hundred nested lists fit into a report."""
    deep = number(1.0)
    for _ in range(100):
        deep = items(deep, deep) if deep.kind == "float" else items(deep)
    texts = items(*[Value("text", text="x" * 2_000)] * 10_000)
    warned = Value("warned", items=tuple(Value("text", names=("W" * 100,)) for _ in range(100)))
    for value in (tensor(np.zeros((100, 100))), tensor(np.zeros((5,) * 6)), texts, deep, warned):
        assert len(show(value)) < 1_400
    found = difference(tensor(np.zeros((5,) * 6)), tensor(np.ones((5,) * 6)), MARK, PLAIN)
    assert found is not None
    assert len(found.expected) < 1_400
    assert len(found.observed_items) == len(found.differing) == 64


def test_lies_about_shapes_are_no_arrays():
    """What a worker sends is looked at before NumPy is trusted with it."""
    assert to_array(Value("tensor", "float32", (1,) * 70, b"\0" * 4)) is None
    assert to_array(Value("tensor", "object", (), b"\0" * 8)) is None
    assert to_array(Value("tensor", "float32", (3,), b"\0" * 4)) is None


def test_a_truth_value_has_no_error():
    """False where True is due is the opposite, and no distance away from it."""
    found = difference(tensor(True, "bool", "bool"), tensor(False, "bool", "bool"), MARK, PLAIN)
    assert found is not None
    assert (found.reason, found.max_abs, found.max_rel) == ("the opposite", None, None)
