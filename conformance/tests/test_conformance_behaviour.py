"""Behaviours, chapters and the spec: the registry refuses what it can't stand for."""

from __future__ import annotations

import pytest

from gradmark.behaviour import PROFILES, Behaviour, Chapter, Level, Spec, load_spec, owners
from gradmark.errors import GradmarkError
from gradmark.library import Library


def body(lib: Library) -> None:
    lib.observe("one", lib.ones(1))


def made(
    identity: str, *after: str, profile: str = "tensor", level: Level = Level.MUST
) -> Behaviour:
    return Behaviour(identity, "X does Y", level, profile, body, after=after)


def spec(*behaviours: Behaviour) -> Spec:
    return Spec(behaviours)


def ids(found) -> list[str]:
    return [b.id for b in found]


@pytest.mark.parametrize("name", ["", "Leaf", "a b", "-a", "a--b", "a_b", "1a"])
def test_a_chapters_name_is_plain(name):
    """It becomes half of every id."""
    with pytest.raises(ValueError, match="no chapter name"):
        Chapter(name, "Title")


@pytest.mark.parametrize(
    ("slug", "title", "more", "message"),
    [
        ("Bad", "X does Y", {}, "a slug has small letters"),
        ("a.b", "X does Y", {}, "a slug has small letters"),
        ("good", "", {}, "a title says what happens"),
        ("good", "x" * 71, {}, "a title says what happens"),
        ("good", "X should do Y", {}, "a title says what happens"),
        ("good", "X does Y.", {}, "a title says what happens"),
        ("good", "X does Y", {"profile": "jax"}, "none of scalar, tensor, torch"),
        ("good", "X does Y", {"level": "may"}, "'may' is not a valid Level"),
    ],
)
def test_a_behaviour_is_refused_where_it_says_too_little(slug, title, more, message):
    """What a student will read is looked at when it is written."""
    chapter = Chapter("leaf", "Leaves")
    with pytest.raises(ValueError, match=message):
        chapter.behaviour(slug, title, **more)(body)
    assert not chapter.behaviours


def test_an_id_is_given_once():
    """Ids are permanent, so two behaviours can't share one."""
    chapter = Chapter("leaf", "Leaves")
    first = chapter.behaviour("one", "X does Y", level="should", after=["leaf.zero"])(body)
    assert (first.id, first.chapter, first.level) == ("leaf.one", "leaf", Level.SHOULD)
    with pytest.raises(ValueError, match=r"leaf\.one: registered twice"):
        chapter.behaviour("one", "X does Z")


def test_a_recording_is_made_once():
    """One seed, one program; another seed, another program."""
    one = made("leaf.one")
    assert one.program(7) is one.program(7)
    assert one.program(7).key == one.program(8).key


def test_owners_are_what_comes_first_and_what_is_controlled():
    """First what the behaviour says itself, then the owners of its controls, each once."""

    def controlled(lib):
        x = lib.ones(1)
        lib.control("a.two", x)
        lib.control("a.one", x)
        lib.observe("x", x)

    behaviour = Behaviour("b.x", "X does Y", Level.MUST, "tensor", controlled, after=("a.one",))
    assert owners(behaviour) == ("a.one", "a.two")


def test_profiles_nest():
    """A larger profile holds everything of a smaller one, and details are PyTorch's alone."""
    whole = spec(
        made("a.one", profile="scalar"),
        made("a.two", profile="tensor"),
        made("a.three", profile="torch"),
        made("a.four", profile="scalar", level=Level.DETAIL),
        made("a.five", profile="tensor", level=Level.SHOULD),
    )
    assert ids(whole.profile("scalar")) == ["a.one"]
    assert ids(whole.profile("tensor")) == ["a.one", "a.two", "a.five"]
    assert ids(whole.profile("torch")) == ["a.one", "a.two", "a.three", "a.four", "a.five"]
    assert not whole.profile("tensor").partial


def test_the_real_profiles_nest():
    """The spec's own profiles, from micrograd's to PyTorch's."""
    scalar, tensor, torch = (set(ids(load_spec().profile(name))) for name in PROFILES)
    assert scalar < tensor <= torch


def test_a_misspelt_profile_is_told_the_right_one():
    """Near matches are offered; where none is near, all are listed."""
    with pytest.raises(GradmarkError) as found:
        spec().profile("scaler")
    assert (found.value.code, found.value.hint) == ("unknown-profile", "did you mean scalar?")
    with pytest.raises(GradmarkError, match="one of scalar, tensor, torch"):
        spec().profile("x")


def test_a_selection_is_partial_and_in_the_specs_order():
    """Globs, chapters and ids select; what they have in common is there once."""
    whole = spec(made("a.one"), made("b.one"), made("b.two"))
    chosen = whole.select(["b.two", "b", "*.one"])
    assert ids(chosen) == ["a.one", "b.one", "b.two"]
    assert chosen.partial
    assert chosen.profile("torch").partial
    assert len(whole.select(["a.*"])) == 1


def test_a_selection_of_nothing_offers_what_is_near():
    """One letter off is found, and one bad pattern among good ones is an error."""
    whole = spec(made("accumulation.two-losses"), made("leaf.one"))
    with pytest.raises(GradmarkError) as found:
        whole.select(["leaf", "acumulation.two-loses"])
    assert found.value.message == "no behaviour matches 'acumulation.two-loses'"
    assert found.value.hint == "did you mean accumulation.two-losses or accumulation?"
    with pytest.raises(GradmarkError, match="hint: gradmark list"):
        whole.select(["?"])


def test_getting_an_unknown_behaviour_offers_what_is_near():
    """The code is stable, so that a host can tell it from other mistakes."""
    whole = spec(made("leaf.one"))
    assert whole.get("leaf.one").id == "leaf.one"
    with pytest.raises(GradmarkError, match=r"did you mean leaf\.one") as found:
        whole.get("leaf.on")
    assert (found.value.code, found.value.exit_code) == ("unknown-behaviour", 4)


def test_owners_come_first():
    """Order of the spec otherwise, and owners outside of it are left out."""
    whole = spec(made("a.one", "c.one"), made("b.one", "x.gone"), made("c.one", "b.one"))
    assert ids(whole.ordered()) == ["b.one", "c.one", "a.one"]


def test_a_diamond_is_no_cycle():
    """Two ways to one owner are fine."""
    whole = spec(made("a.x", "b.x", "c.x"), made("b.x", "d.x"), made("c.x", "d.x"), made("d.x"))
    assert ids(whole.ordered()) == ["d.x", "b.x", "c.x", "a.x"]


def test_a_cycle_of_owners_is_named():
    """The message shows the circle and not the way into it."""
    whole = spec(made("a.x", "b.x"), made("b.x", "c.x"), made("c.x", "b.x"))
    with pytest.raises(ValueError, match=r"owners in a cycle: b\.x → c\.x → b\.x"):
        whole.ordered()
    with pytest.raises(ValueError, match=r"a\.x → a\.x"):
        spec(made("a.x", "a.x")).ordered()


def test_a_long_chain_of_owners_needs_no_stack():
    """Two thousand behaviours, each built on the next."""
    chain = [made(f"a.x{n}", f"a.x{n + 1}") for n in range(2_000)]
    ordered = spec(*chain).ordered()
    assert (ordered[0].id, ordered[-1].id) == ("a.x1999", "a.x0")
