"""The glossary as a page."""

from __future__ import annotations

from gradmark.glossary import GLOSSARY
from gradmark_reference.pages.markdown import plain


def glossary_page() -> str:
    """Return the page: a line a term."""
    lines = [
        "# Glossary",
        "",
        "Words that the explanations use without a word of explanation.",
        "",
    ]
    lines += [
        f'- <a id="{term.anchor}"></a>**{plain(name)}**: {plain(term.means)}'
        for name, term in GLOSSARY.items()
    ]
    return "\n".join(lines) + "\n"
