"""A badge: one small SVG with the share that was reached."""

from __future__ import annotations

from fractions import Fraction
from xml.sax.saxutils import escape, quoteattr

from gradmark_reports import words
from gradmark_reports.exports.sheet import Sheet

LABEL = "autograd"
_COLOURS = ((Fraction(1), "#2a6f3c"), (Fraction(3, 5), "#7a5b00"), (Fraction(0), "#a1260d"))
"""White on each of them has a contrast of at least 5 to 1."""
_GREY = "#555555"


def render(sheet: Sheet) -> str:
    """Return the badge; it says ``no grade`` where there is none, never 0 %."""
    value, colour = _value(sheet)
    left, right = _width(LABEL), _width(value)
    name = f"{LABEL}: {value}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" '
        f'role="img" aria-label={quoteattr(name)}>\n'
        f"<title>{escape(name)}</title>\n"
        f'<rect width="{left + right}" height="20" rx="3" fill="{_GREY}"/>\n'
        f'<rect x="{left}" width="{right}" height="20" rx="3" fill="{colour}"/>\n'
        f'<rect x="{left}" width="4" height="20" fill="{colour}"/>\n'
        '<g fill="#ffffff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" '
        'text-anchor="middle">\n'
        f'<text x="{left / 2:g}" y="14">{escape(LABEL)}</text>\n'
        f'<text x="{left + right / 2:g}" y="14">{escape(value)}</text>\n'
        "</g>\n</svg>\n"
    )


def _value(sheet: Sheet) -> tuple[str, str]:
    if sheet.earned is None:
        return "no grade", _GREY
    if not sheet.points:
        return "not shown", _GREY
    share = sheet.earned / sheet.points
    thousandths = share * 1000  # rounded down, so that 100 % means all of it
    value = words.percent(int(thousandths), 1000)
    colour = next((c for least, c in _COLOURS if share >= least), _COLOURS[-1][1])
    return (f"{value} of the visible groups" if sheet.withheld else value), colour


def _width(text: str) -> int:
    return 7 * len(text) + 10
