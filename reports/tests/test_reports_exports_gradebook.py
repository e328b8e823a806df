"""Grades in the teacher's own file: one column changes, or nothing is written at all."""

from fractions import Fraction

import pytest

from gradmark.errors import GradmarkError
from gradmark_reports.exports.gradebook import canvas, moodle

TEN = Fraction(10)
CANVAS = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Lab 1 (5),Homework 3 (77),Final Score\r\n"
    ",,,,,Manual Posting,,\r\n"
    '    Points Possible,,,,,4,10.00,"(read only)"\r\n'
    '"Lovelace, Ada ""Countess""",11,s11,ada,"A\nB",3.5,,88\r\n'
    'Turing  Alan,12,,alan,A,-,"7",\r\n'
    "Łukasz  ,13,,lk,A,=1+1,EX,\r\n"
    '"Student, Test",14,,t,A,,,'
)  # fmt: skip
MOODLE = (
    "Identifier;Full name;Email address;Status;Grade;Maximum Grade;Grade can be changed;"
    "Last modified (submission);Last modified (grade);Feedback comments\n"
    'Participant 21;Ada Lovelace;ada@x.example;"Submitted; late";;10,00;Yes;-;-;\n'
    "Participant 22;Alan Turing;alan@x.example;;5,50;10,00;No;-;-;'=1\n"
)


def fill_canvas(text, grades, **more):
    roster = ("book.csv", text.encode())
    return canvas(roster, grades, TEN, title="Homework 3", **more)


def fill_moodle(text, grades):
    return moodle(("sheet.csv", text.encode()), grades, TEN)


def test_canvas_changes_one_column_only():
    """Mark, line ends, quotes, other columns, formulas: every other byte stays."""
    out = fill_canvas(CANVAS, {"ada": Fraction(7, 3), "12": Fraction(8)})
    assert out == CANVAS.replace("3.5,,88", "3.5,2.33,88").replace('-,"7",', '-,"8",')


@pytest.mark.parametrize("who", ["11", "s11", "ada", 'Lovelace, Ada "Countess"'])
def test_canvas_knows_a_student_by_any_of_four_names(who):
    """Id, SIS id, login, whole name."""
    assert "3.5,9,88" in fill_canvas(CANVAS, {who: Fraction(9)})


def test_an_empty_file_of_cells_at_its_end_can_be_filled():
    """The last row has no line end, and gets none."""
    out = fill_canvas(CANVAS, {"14": Fraction(1)})
    assert out.endswith('"Student, Test",14,,t,A,,1,')


def test_every_student_that_does_not_fit_is_named():
    """No row, two rows, an excuse: who, which rows, and a near name."""
    doubled = CANVAS + "\r\nAda Twin,15,,ada,A,,,"
    with pytest.raises(GradmarkError) as caught:
        fill_canvas(doubled, {"ada": TEN, "alam": TEN, "12": TEN})
    assert caught.value.code == "roster-mismatch"
    assert caught.value.cause == "ada: rows 4, 8\nalam: no row"
    assert "alan" in caught.value.hint
    with pytest.raises(GradmarkError) as caught:
        fill_canvas(CANVAS, {"12": TEN, "13": TEN})
    assert caught.value.cause == "13: row 6 is excused (EX)"
    with pytest.raises(GradmarkError) as caught:
        fill_canvas(CANVAS, {"12": TEN, "alan": TEN})
    assert caught.value.cause == "12 and alan: both are row 5"


def test_the_column_has_to_be_there_once():
    """A title without its number would make a new assignment in Canvas."""
    with pytest.raises(GradmarkError) as caught:
        fill_canvas(CANVAS, {"11": TEN}, column="Homework 4")
    assert caught.value.code == "no-column"
    assert caught.value.cause == "Lab 1 (5)\nHomework 3 (77)"
    with pytest.raises(GradmarkError):
        fill_canvas(CANVAS.replace("Homework 3 (77)", "Homework 3"), {"11": TEN})
    twice = CANVAS.replace("Lab 1 (5)", "Homework 3 (5)")
    with pytest.raises(GradmarkError, match="2 columns"):
        fill_canvas(twice, {"11": TEN})
    assert "3.5,10,88" in fill_canvas(twice, {"11": TEN}, column="Homework 3 (77)").replace(
        "10.00", ""
    )


def test_other_points_are_refused():
    """Ten points into a column of eight would be another grade."""
    with pytest.raises(GradmarkError) as caught:
        fill_canvas(CANVAS.replace("10.00", "8"), {"11": TEN})
    assert caught.value.message == "book.csv says 8 points, the assignment 10"


def test_points_are_compared_as_the_files_write_them():
    """A third of a point has no two decimals; the column of 15.33 is still the same."""
    points = Fraction(46, 3)
    book = ("book.csv", CANVAS.replace("10.00", "15.33").encode())
    assert ",15.33,88" in canvas(book, {"ada": points}, points, title="Homework 3")
    sheet = ("sheet.csv", MOODLE.replace("10,00", "15,33").encode())
    assert 'late";15,33;15,33' in moodle(sheet, {"21": points}, points)
    with pytest.raises(GradmarkError, match=r"says 15\.33 points, the assignment 15\.34"):
        canvas(book, {"ada": points}, Fraction("15.336"), title="Homework 3")
    with pytest.raises(GradmarkError, match=r"says 15\.33 points, the assignment 15\.34"):
        moodle(sheet, {"21": points}, Fraction("15.336"))


def test_a_row_that_ends_too_early_is_refused():
    """There is no cell to fill."""
    with pytest.raises(GradmarkError, match="does not fit"):
        fill_canvas(CANVAS + "\r\nShort,16,,s", {"16": TEN})


def test_moodle_keeps_semicolons_and_decimal_commas():
    """The file's own way of writing numbers, in the cell of the grade alone."""
    out = fill_moodle(MOODLE, {"21": Fraction(7, 2)})
    assert out == MOODLE.replace('late";;10', 'late";3,5;10')
    out = fill_moodle(MOODLE, {"ada@x.example": Fraction(7)})
    assert out == MOODLE.replace('late";;10', 'late";7;10')


def test_moodle_never_skips_without_a_word():
    """A locked grade, and one above the maximum."""
    with pytest.raises(GradmarkError) as caught:
        fill_moodle(MOODLE, {"Alan Turing": TEN, "21": Fraction(11)})
    assert caught.value.cause == (
        "Alan Turing: the grade in row 3 can't be changed\n21: 11 is more than the maximum"
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "has no columns Student, ID, Section"),
        (b"Name,Grade\nAda,1\n", "has no columns Student, ID, Section"),
        ("Student,ID,Section\nÄda,1,A\n".encode("latin-1"), "is not UTF-8"),
    ],
)
def test_a_foreign_file_is_refused(data, message):
    """What is not a gradebook says what it lacks."""
    with pytest.raises(GradmarkError, match=message) as caught:
        canvas(("x.csv", data), {"1": TEN}, TEN, title="Homework 3")
    assert caught.value.code == "bad-roster"
