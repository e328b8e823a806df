"""Which files a walled worker may read, as rules."""

import os
from pathlib import Path

from gradmark_backends.plan import Plan
from gradmark_backends.walls import places
from gradmark_backends.walls.landlock import READ, READ_DIR, RUN
from gradmark_backends.walls.places import covering, libraries, readable


def tree(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")


def test_a_folder_with_nothing_to_hide_is_one_rule(tmp_path):
    """Landlock's rules are about all that is beneath."""
    tree(tmp_path, "a/b", "c")
    assert list(covering(str(tmp_path), [], READ)) == [(str(tmp_path), READ)]
    assert list(covering(str(tmp_path), ["/elsewhere"], READ)) == [(str(tmp_path), READ)]


def test_what_is_hidden_is_left_out_of_the_rules(tmp_path):
    """All around it is named one by one, as deep as it has to be."""
    tree(tmp_path, "a/b/secret", "a/b/open", "a/d", "c")
    found = dict(covering(str(tmp_path), [str(tmp_path / "a" / "b" / "secret")], READ))
    names = {os.path.relpath(path, tmp_path): rights for path, rights in found.items()}
    listed = dict.fromkeys((".", "a", "a/b"), READ_DIR)
    assert names == {**listed, **dict.fromkeys(("a/b/open", "a/d", "c"), READ)}


def test_a_folder_that_is_hidden_itself_has_no_rule(tmp_path):
    """Nothing of it can be read."""
    assert list(covering(str(tmp_path), [str(tmp_path)], READ)) == []


def test_frameworks_among_the_systems_libraries_are_hidden(tmp_path, monkeypatch):
    """One that was installed for all users would answer in a submission's place."""
    tree(tmp_path, "x86_64-linux-gnu/libtorch.so", "x86_64-linux-gnu/libm.so.6")
    tree(tmp_path, "libjax.so", "libc.so.6", "python3/dist-packages/torch/__init__.py")
    monkeypatch.setattr(places, "libraries", lambda: [str(tmp_path)])
    plan = Plan("mine", "path", str(tmp_path), packages=())
    allowed = {path for path, rights in readable(plan) if rights == READ}
    inside = {os.path.relpath(p, tmp_path) for p in allowed if p.startswith(str(tmp_path))}
    assert inside == {"x86_64-linux-gnu/libm.so.6", "libc.so.6"}


def test_the_standard_library_is_readable_and_what_is_installed_into_it_is_not():
    """Without an environment both are in one folder."""
    rules = dict(readable(Plan("mine", "path", "/nowhere", packages=())))
    standard = Path(os.__file__).resolve().parent
    assert rules[str(standard / "json")] == READ
    for folder in ("site-packages", "dist-packages"):
        assert rules.get(str(standard / folder), READ_DIR) == READ_DIR


def test_needs_are_rules_of_their_own(monkeypatch):
    """A compiler may be run, and a card used."""
    monkeypatch.setattr(places, "cards", lambda: ["/dev/nvidia0"])
    plain = dict(readable(Plan("mine", "path", "/nowhere")))
    needy = dict(readable(Plan("mine", "path", "/nowhere", needs=("compiler", "gpu"))))
    assert "/usr" not in plain
    assert [rights for path, rights in readable(Plan("m", "path", "/n", needs=("compiler",)))
            if path == "/usr"] == [RUN]  # fmt: skip
    assert needy["/dev/nvidia0"] & ~READ
    assert "/dev/nvidia0" not in plain


def test_the_loaders_folders_are_there_once():
    """Links between them lead to one place."""
    found = libraries()
    assert len(found) == len(set(found))
    assert all(Path(folder).is_absolute() for folder in found)
