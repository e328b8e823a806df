"""The claims of the documents, as the command line lists them."""

from dataclasses import replace

import pytest

from gradmark import behaviour
from gradmark.claims.claim import detail, must
from gradmark_cli import catalogue
from gradmark_cli.main import main


@pytest.fixture
def gradmark(tiny, monkeypatch, capsys):
    """Run the command line on the tiny spec and a ledger with a claim of each fate."""
    ledger = (
        must("sums.grow", "A sum grows.", "000:1"),
        detail("sums.cost", "A sum costs.", "000:2", out_of_scope="No number to check."),
        must("sums.lost", "A sum is lost.", "000:3"),
        detail("rules.bend", "A rule bends.", "003:4", partly="A rule breaks.", since="1.0"),
    )
    checks = dict.fromkeys(("sums.add", "sums.again"), ("sums.grow",))
    checks["rules.item"] = ("rules.bend",)
    spec = behaviour.load_spec()
    checking = tuple(replace(b, claims=checks.get(b.id, ())) for b in spec)
    monkeypatch.setattr(behaviour, "load_spec", lambda: replace(spec, behaviours=checking))
    monkeypatch.setattr(catalogue, "load_claims", lambda: ledger)

    def call(*arguments):
        code = main(arguments)
        return code, capsys.readouterr().out

    return call


def test_list_claims(gradmark):
    """--claims shows what the documents claim, what checks it, and what does not."""
    code, out = gradmark("list", "--claims")
    assert code == 0
    assert out.splitlines() == [
        "sums: Sums and products",
        "  sums.grow  (must)",
        "      A sum grows.",
        "      checked by sums.add, sums.again",
        "  sums.cost  (detail)",
        "      A sum costs.",
        "      out of scope: No number to check.",
        "  sums.lost  (must)",
        "      A sum is lost.",
        "      not checked",
        "",
        "rules: Rules",
        "  rules.bend  (detail, partly)",
        "      A rule bends.",
        "      checked by rules.item",
        "",
        "4 claims: 2 checked, 1 out of scope, 1 not checked",
    ]


def test_list_claims_of_a_profile(gradmark):
    """With a profile, a claim that only larger profiles check is not checked."""
    code, out = gradmark("list", "--claims", "--profile=scalar")
    assert code == 0
    lines = out.splitlines()
    assert lines[lines.index("      A rule bends.") + 1] == (
        "      not checked in the profile scalar"
    )
    assert lines[-1] == ("4 claims: 1 checked, 1 out of scope, 2 not checked in the profile scalar")


def test_explain_tells_claims_and_words(gradmark):
    """What a behaviour checks is told as a sentence, and its words of the trade are explained."""
    code, out = gradmark("explain", "sums.again")
    assert code == 0
    assert "claims\n  sums.grow\n      A sum grows.\n" in out
    assert "words\n  gradient: The derivatives of a result" in out
