"""What a browser would find in a page, and what makes a page sound."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

TAGS = set(
    "a bdi body button code dd details div dl dt figcaption figure footer g h1 h2 h3 h4 head "
    "header html input kbd label li link main mark meta ol option output p path pre rect script "
    "section select small span strong style summary svg table tbody td text th thead title tr "
    "ul".split()
)
ATTRIBUTES = set(
    "aria-controls aria-expanded aria-hidden aria-label aria-labelledby autocomplete charset "
    "checked class content d data-c data-chapter data-l data-o data-section data-word for height "
    "hidden href http-equiv id lang name open placeholder preserveaspectratio rel role rx scope "
    "spellcheck tabindex title transform type value viewbox width x y".split()
)
VOID = {"input", "link", "meta", "path", "rect"}


@dataclass
class Page(HTMLParser):
    """What a browser would find in a page."""

    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    open_: list[str] = field(default_factory=list)
    data: list[tuple[str, str]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open_.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open_.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open_:
            self.data.append((self.open_[-1], data))

    def handle_comment(self, data: str) -> None:
        self.others.append(data)

    def unknown_decl(self, data: str) -> None:
        self.others.append(data)

    def all(self, name: str) -> list[str]:
        return [attributes[name] for _, attributes in self.tags if name in attributes]

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)

    def text(self) -> str:
        return " ".join(
            "".join(data for tag, data in self.data if tag not in {"style", "script"}).split()
        )

    def inside(self, tag: str) -> str:
        return "".join(data for name, data in self.data if name == tag)


def parsed(text: str) -> Page:
    found = Page()
    found.feed(text)
    found.close()
    assert found.open_ == []
    return found


def assert_sound(text: str) -> Page:
    """Nothing but what the templates write, and nothing that asks anybody for anything."""
    found = parsed(text)
    assert {tag for tag, _ in found.tags} <= TAGS
    assert {name for _, attributes in found.tags for name in attributes} <= ATTRIBUTES
    assert found.others == []
    ids = found.all("id")
    assert len(ids) == len(set(ids))
    links = found.all("href")
    assert {link for link in links if not link.startswith("#")} == {"data:,"}
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    assert set(found.all("aria-labelledby")) <= set(ids)
    assert [found.count(tag) for tag in ("h1", "title", "style", "script")] == [1, 1, 1, 1]
    assert not set(text) & page_breakers()
    return found


def page_breakers() -> set[str]:
    ranges = [
        (0x00, 0x08), (0x0B, 0x1F), (0x7F, 0x9F), (0x200E, 0x200F), (0x2028, 0x202E),
        (0x2066, 0x2069), (0xD800, 0xDFFF),
    ]  # fmt: skip
    return {chr(code) for low, high in ranges for code in range(low, high + 1)}
