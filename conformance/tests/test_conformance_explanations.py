"""The wording of titles and explanations: plain, short, and without unexplained jargon."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from gradmark.behaviour import Behaviour, load_spec
from gradmark.claims import load_claims
from gradmark.glossary import GLOSSARY, terms_in
from gradmark.script import as_torch

SPEC = load_spec()

TITLE = (12, 70)
WHY = (31, 240)
MISTAKE = (21, 140)
LONGEST_SENTENCE = 36
"""Words."""

SMALL_TALK = re.compile(
    r"\b(?:should|simply|just|obviously|clearly|trivially|of course|basically|actually|easily|"
    r"note that|please|etc|e\.g|i\.e|w\.r\.t|aka|via)\b",
    re.IGNORECASE,
)
"""Words that judge the reader, and abbreviations that stop one."""

WRONG_ARTICLE = re.compile(r"\b[Aa] (?!one|once|and|are|as|at|if|in|is|it|of|on|or)[aeio][a-z]")
DOUBLED = re.compile(r"\b(\w+) \1\b")

JARGON = re.compile(
    r"\b(?:adjoints?|aliased|alias|atomic|autodiff|autograd|broadcast\w*|callables?|closures?|"
    r"contiguous|contiguity|cotangents?|cross entropy|dag|dispatch\w*|dtypes?|dunder|epsilon|"
    r"hessians?|hooks?|idempotent|in-place|jacobians?|jvps?|keepdim|kernels?|kinks?|lea(?:f|ves)|"
    r"logits?|materiali[sz]\w*|memoi[sz]\w*|monkeypatch\w*|mutat\w*|nan|nodes?|"
    r"non-lea(?:f|ves)|one-hot|operands?|primals?|pullbacks?|quanti[sz]ed|rank|recursi\w+|"
    r"reduc(?:e[sd]?|tions?)|reflected|retain_grad|retain_graph|rematerial\w+|scalars?|semantics|"
    r"side effects?|storage|strides?|strided|subgradients?|tangent space|tapes?|tensors?|"
    r"topological|tracked|transpos\w+|untracked|vector-jacobian|version counters?|views?|vjps?)\b",
    re.IGNORECASE,
)
"""Words of the trade; whichever is used is in the glossary, or explained where it stands."""

_EXPLAINED = r"(?: \(|, that is\b|, which is\b|, in other words|: )"
API = re.compile(r"[._()+*/\[\]=\d-]|^[a-z]$")
"""How a name of a program differs from a word: by its signs, or by being one letter."""


def sentences(text: str) -> list[str]:
    """The sentences of a text; a full stop within a name ends none."""
    return [s for s in re.split(r"(?<=[.!?])\s+", " ".join(text.split())) if s]


def texts(behaviour: Behaviour) -> tuple[str, str, str]:
    return behaviour.title, behaviour.why, behaviour.mistake


def unexplained(text: str) -> list[str]:
    """Words of the trade that neither the text nor the glossary explains."""
    return [
        found.group()
        for found in JARGON.finditer(text)
        if not terms_in(found.group())
        and not re.search(rf"\b{re.escape(found.group())}{_EXPLAINED}", text)
    ]


def test_a_title_has_its_form():
    """A title is one short statement: it begins as a sentence does and has no full stop."""
    wrong = {}
    for behaviour in SPEC:
        title = behaviour.title
        fits = TITLE[0] <= len(title) <= TITLE[1] and len(title.split()) >= 3
        whole = title[-1] not in ".:;," and not re.search(r"[a-z]\. [A-Z]", title)
        if not (fits and whole and begins_well(behaviour)):
            wrong[behaviour.id] = title
    assert not wrong


def begins_well(behaviour: Behaviour) -> bool:
    """Whether a title has a capital, or else a name that the program spells like that."""
    first = behaviour.title.split()[0].strip(",:;").partition("(")[0]
    if not first[0].islower() or API.search(first):
        return True
    script = "\n".join(as_torch(behaviour.program()))
    return bool(re.search(rf"[.\s(]{re.escape(first)}\b", script))


def test_an_explanation_is_short_and_whole():
    """Reason and mistake are a few sentences that end in full stops, none of them long."""
    wrong = {}
    for behaviour in SPEC:
        for text, (least, most) in ((behaviour.why, WHY), (behaviour.mistake, MISTAKE)):
            parts = sentences(text)
            whole = text.endswith(".") and text == " ".join(text.split())
            short = len(parts) <= 4 and all(len(p.split()) <= LONGEST_SENTENCE for p in parts)
            if not (least <= len(text) <= most and whole and short):
                wrong[behaviour.id] = text
    assert not wrong


def test_an_explanation_talks_plainly():
    """No word judges the reader or is doubled, and every article fits its noun."""
    wrong = {
        behaviour.id: text
        for behaviour in SPEC
        for text in texts(behaviour)
        if SMALL_TALK.search(text) or WRONG_ARTICLE.search(text) or DOUBLED.search(text)
    }
    assert not wrong


def test_a_word_of_the_trade_is_explained():
    """A second-year student finds each word of the trade in the glossary or next to the word."""
    wrong = {b.id: words for b in SPEC for text in texts(b) if (words := unexplained(text))}
    assert not wrong


def test_a_claim_is_told_as_plainly():
    """What a claim says, and what a document says instead, is read beside the explanations."""
    wrong = {
        claim.id: text
        for claim in load_claims()
        for text in (claim.statement, claim.says, claim.out_of_scope)
        if SMALL_TALK.search(text) or WRONG_ARTICLE.search(text) or DOUBLED.search(text)
        or unexplained(text)
    }  # fmt: skip
    assert not wrong


def test_no_two_behaviours_say_the_same():
    """Every title is its own, so that a report never shows two alike."""
    titles = [b.title for b in SPEC]
    assert not {title for title in titles if titles.count(title) > 1}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The hessian is asked.", ["hessian"]),
        ("The hessian (the table of second derivatives) is asked.", []),
        ("A leaf, and a memoized VJP of dunder methods.", ["memoized", "dunder"]),
        ("A staple and a kernelled word.", []),
    ],
)
def test_jargon_is_found(text, words):
    """What is neither in the glossary nor explained is reported, word by word."""
    assert unexplained(text) == words


def test_terms_are_found_in_every_form():
    """A text's terms are found in the plural, as verbs and with an apostrophe; parts are not."""
    text = "Both leaves broadcast; the graph's non-leaf is viewed in place. A leaflet reviews."
    found = terms_in(text)
    assert found == ("broadcasting", "graph", "in-place", "leaf", "view")


def test_the_glossary_is_in_order():
    """Terms are sorted, and each is explained in one short sentence without its own name."""
    for before, after in pairwise(GLOSSARY):
        assert before.lower() < after.lower()
    for name, term in GLOSSARY.items():
        assert 10 <= len(term.means) <= 90, name
        assert term.means.endswith("."), name
        assert name not in terms_in(term.means), name
        assert not SMALL_TALK.search(term.means), name


def test_the_glossary_has_no_word_too_many():
    """Each term is used where somebody may stumble over it: explanations, claims, the glossary."""
    read = [text for b in SPEC for text in texts(b)]
    read += [claim.statement for claim in load_claims()]
    read += [term.means for term in GLOSSARY.values()]
    used = {name for text in read for name in terms_in(text)}
    assert not GLOSSARY.keys() - used
