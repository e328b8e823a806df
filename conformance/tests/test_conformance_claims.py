"""The ledger of claims, and that the spec covers what the documents say."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from gradmark.behaviour import Behaviour, load_spec
from gradmark.claims import DOCUMENTS, load_claims
from gradmark.claims.claim import VERDICTS, must

SPEC = load_spec()
CLAIMS = load_claims()
CHAPTERS = sorted({claim.chapter for claim in CLAIMS})
BINDING = ("detail", "should", "must")
OFF_TOPIC = 40
"""Claims that may be out of scope; more of them are a way to cover nothing."""


def covering() -> dict[str, list[Behaviour]]:
    """Which behaviours name a claim."""
    found: dict[str, list[Behaviour]] = {}
    for behaviour in SPEC:
        for name in behaviour.claims:
            found.setdefault(name, []).append(behaviour)
    return found


COVERING = covering()


def test_the_ledger_is_whole():
    """The documents make 328 claims, in thirteen chapters."""
    assert len(CHAPTERS) == 13
    verdicts = [claim.verdict for claim in CLAIMS]
    assert [verdicts.count(v) for v in VERDICTS] == [247, 46, 35]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_claim_is_covered_or_out_of_scope(chapter):
    """What a document says is checked by a behaviour, or there is a reason why it is not."""
    left = [
        claim.id
        for claim in CLAIMS
        if claim.chapter == chapter and claim.id not in COVERING and not claim.out_of_scope
    ]
    assert not left


def test_no_claim_is_covered_and_out_of_scope():
    """A reason not to check a claim goes when a behaviour checks it."""
    assert not [claim.id for claim in CLAIMS if claim.out_of_scope and claim.id in COVERING]


def test_out_of_scope_is_an_exception():
    """A must is never out of scope, and what is has a sentence as its reason."""
    outside = [claim for claim in CLAIMS if claim.out_of_scope]
    assert len(outside) <= OFF_TOPIC
    assert not [claim.id for claim in outside if claim.level == "must"]
    assert not [
        claim.id for claim in outside if not re.fullmatch(r"[A-Z].{8,150}\.", claim.out_of_scope)
    ]


def test_every_behaviour_names_its_source():
    """A behaviour says which claims it checks, or where else it comes from."""
    assert not [b.id for b in SPEC if not b.claims and not b.source]


def test_no_behaviour_names_an_unknown_claim():
    """What a behaviour claims to check is in the ledger, once."""
    known = {claim.id for claim in CLAIMS}
    assert not {b.id: set(b.claims) - known for b in SPEC if set(b.claims) - known}
    assert not [b.id for b in SPEC if len(set(b.claims)) < len(b.claims)]


def test_a_claim_is_covered_at_its_level():
    """A must claim has a must behaviour, and a should claim one that is no detail."""
    weak = {}
    for claim in CLAIMS:
        levels = [BINDING.index(b.level.value) for b in COVERING.get(claim.id, [])]
        if levels and max(levels) < BINDING.index(claim.level):
            weak[claim.id] = [b.id for b in COVERING[claim.id]]
    assert not weak


def test_a_behaviour_is_no_stricter_than_its_claims():
    """A must behaviour that goes by claims alone goes by one that is no detail."""
    level = {claim.id: claim.level for claim in CLAIMS}
    assert not [
        b.id
        for b in SPEC
        if b.level.value == "must"
        and b.claims
        and not b.source
        and all(level.get(name) == "detail" for name in b.claims)
    ]


def test_where_a_document_is_wrong_pytorch_is_asked():
    """A contradicted claim has a behaviour, unless it is out of scope."""
    wrong = [claim for claim in CLAIMS if claim.verdict == "contradicted"]
    assert not [c.id for c in wrong if c.id not in COVERING and not c.out_of_scope]


def test_an_erratum_tells_both_sides():
    """Where a document differs, the ledger has its version and since when PyTorch's holds."""
    for claim in CLAIMS:
        differs = claim.verdict != "holds"
        assert bool(claim.says) == differs, claim.id
        assert bool(claim.differs) == differs, claim.id
        assert set(claim.differs) <= set(claim.documents), claim.id
        assert bool(claim.since) == differs or claim.out_of_scope, claim.id
        assert not differs or claim.says.endswith("."), claim.id


def test_a_statement_is_one_short_sentence():
    """A statement can be read at a glance, and stands for itself."""
    for claim in CLAIMS:
        assert re.fullmatch(r"[a-z][a-z0-9-]*\.[a-z][a-z0-9]*(-[a-z0-9]+)*", claim.id)
        assert 15 <= len(claim.statement) <= 140, claim.id
        assert claim.statement.endswith("."), claim.id
        assert ". " not in claim.statement, claim.id
    statements = [claim.statement for claim in CLAIMS]
    assert len(set(statements)) == len(statements)


def test_places_are_in_the_documents():
    """Every claim says where it is made, in lines that its document has."""
    lines = {document.number: document.lines for document in DOCUMENTS}
    for claim in CLAIMS:
        assert claim.documents, claim.id
        for number, first, last in claim.documents:
            assert 1 <= first <= last <= lines[number], claim.id


def test_the_ledger_needs_no_numpy():
    """Reading the claims takes the standard library alone."""
    code = "import sys; from gradmark.claims import load_claims; load_claims(); "
    code += "sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


@pytest.mark.parametrize("places", ["3:4", "003", "003:4-", "003:4,5"])
def test_a_misspelt_place_is_refused(places):
    """A place is a document of three digits, a colon and a line or two."""
    with pytest.raises(ValueError, match="is no place"):
        must("leaf.x", "A leaf is a leaf.", places)


def test_a_misspelt_kind_is_refused():
    """A kind is one of the five."""
    with pytest.raises(ValueError, match="'exmaple' is none of behaviour, value"):
        must("leaf.x", "A leaf is a leaf.", "003:4", "exmaple")
