"""Explanations whose words of the trade lead to the glossary at the end of the page."""

from __future__ import annotations

import re
from functools import cache

from markupsafe import Markup, escape

from gradmark.glossary import GLOSSARY, Term
from gradmark_reports.visible import visible

_WORD = re.compile(r"[^\W\d_][\w-]*(?:['’]s)?")
_STARTS = frozenset(re.split(r"[ -]", name.lower())[0] for name in GLOSSARY if " " in name) | {"in"}


class Glossed:
    """Links each term where a text first uses it, and remembers which terms were used."""

    def __init__(self) -> None:
        """Begin a page on which no term was used yet."""
        self._used: set[str] = set()

    @property
    def terms(self) -> tuple[Term, ...]:
        """Return the terms that were used, in the glossary's order."""
        return tuple(term for name, term in GLOSSARY.items() if name in self._used)

    def __call__(self, text: str) -> Markup:
        """Return a text with its links; everything else in it is only text."""
        text = visible(text.rstrip())
        out, at, seen = Markup(), 0, set()
        found = list(_WORD.finditer(text))
        for number, match in enumerate(found):
            if match.start() < at:
                continue
            end, name = match.end(), ""
            if match[0].lower() in _STARTS and number + 1 < len(found):
                end = found[number + 1].end()
                name = _term(text[match.start() : end])
            if not name:
                end, name = match.end(), _term(match[0])
            if not name or name in seen:
                continue
            seen.add(name)
            link = Markup('<a class="term" href="#{}">{}</a>')
            out += escape(text[at : match.start()])
            out += link.format(f"word-{GLOSSARY[name].anchor}", text[match.start() : end])
            at = end
        self._used |= seen
        return out + escape(text[at:])


@cache
def _term(word: str) -> str:
    """Return the name of the term that a word or two are a form of."""
    for name, term in GLOSSARY.items():
        if term.pattern.fullmatch(word):
            return name
    return ""
