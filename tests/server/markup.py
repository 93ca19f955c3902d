"""What is wrong with a page's HTML, by a parser that reports every error, and what it cannot see.

The parser is html5rdf's, which follows the HTML standard; it knows syntax, and which tag may end
where. That ids are unique, that what refers to one finds it, and what may stand within what
is looked at here. Must not know any page.
"""

from __future__ import annotations

import html5rdf

#: Content models of HTML: what may stand right within these.
_CHILDREN = {
    "ul": {"li"},
    "ol": {"li"},
    "dl": {"dt", "dd", "div"},
    "tr": {"th", "td"},
    "thead": {"tr"},
    "tbody": {"tr"},
    "table": {"caption", "colgroup", "thead", "tbody", "tfoot"},
    "select": {"option", "optgroup"},
}
#: Elements that hold phrases only, and those that are none.
_PHRASES = {"p", "span", "h1", "h2", "h3", "h4", "button", "label", "bdi", "code", "q", "small"}
_BLOCKS = {
    "div", "p", "ul", "ol", "dl", "table", "section", "article", "nav", "form", "h1", "h2", "h3",
    "h4", "figure", "blockquote", "pre", "details", "header", "footer", "main",
}  # fmt: skip
_OPERATED = {"a", "button", "select", "textarea", "details", "label"}
_REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls")


def faults(text: str) -> list[str]:
    """Everything that is wrong with a page; nothing where it is valid."""
    parser = html5rdf.HTMLParser(tree=html5rdf.getTreeBuilder("etree"), namespaceHTMLElements=False)
    root = parser.parse(text)
    found = [f"{place}: {code} {data}" for place, code, data in parser.errors]
    ids: set[str] = set()
    for element in root.iter():
        own = element.get("id") if isinstance(element.tag, str) else None
        if own is not None:
            found += [f"the id {own} stands twice"] if own in ids else []
            ids.add(own)
    found += _within(root, frozenset())
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        for name in _REFERENCES:
            lost = set((element.get(name) or "").split()) - ids
            # What a script fills is made by it.
            found += [f"{element.tag} {name} finds no {one}" for one in sorted(lost)]
        href = element.get("href") or ""
        if href.startswith("#") and len(href) > 1 and href[1:] not in ids:
            found.append(f"{href} leads nowhere on the page")
        if element.tag == "img" and element.get("alt") is None:
            found.append("a picture has no alternative")
        if element.tag == "a" and not "".join(element.itertext()).strip() + (
            element.get("aria-label") or ""
        ):
            found.append(f"the link to {href} says nothing")
    return found


def _within(element: object, around: frozenset[str]) -> list[str]:
    """What stands where it may not."""
    tag = str(getattr(element, "tag", ""))
    found = []
    inside = around | {tag}
    for child in element:  # type: ignore[attr-defined] # an Element of no typed library
        name = child.tag
        if not isinstance(name, str):
            continue
        if tag in _CHILDREN and name not in _CHILDREN[tag]:
            found.append(f"{name} stands right within {tag}")
        if name in _BLOCKS and inside & _PHRASES:
            found.append(f"{name} stands within {sorted(inside & _PHRASES)}")
        if name in _OPERATED and inside & {"a", "button"}:
            found.append(f"{name} stands within a link or button")
        found += _within(child, inside)
    return found
