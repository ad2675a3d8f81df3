"""What stands on the pages for whoever cannot see them: headings, paragraphs, lists and tables in reading order
(tagged PDF; ISO 32000-1, 14.7 and 14.8). No ReportLab here.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

HOLDERS = frozenset({"Document", "Part", "Sect", "Div", "Table", "TR", "L", "LI"})
"""Kinds that hold other elements and never text of their own."""


class Tag(NamedTuple):
    """What a piece of the flow is, made while it is laid out. Pieces that share one tag are one paragraph or list."""

    kind: str
    key: object
    language: str = ""


class Element:
    """One node of the tree: a heading, a paragraph, a table's cell. Its children are elements and marked places."""

    __slots__ = ("alt", "children", "key", "kind", "language", "number", "scope")

    def __init__(self, kind: str, key: object = None, alt: str = "", scope: str = "", language: str = "") -> None:
        self.kind = kind
        self.key = key
        self.alt = alt  # the words for a picture
        self.scope = scope  # "Row" or "Column": what a head cell is the head of
        self.language = language  # BCP 47, where it is not the document's
        self.number = 0  # of its object in the file
        self.children: list[Element | tuple[int, int]] = []  # a place: page from 0, and number of the mark on it

    def child(self, kind: str, key: object = None, alt: str = "", scope: str = "", language: str = "") -> "Element":
        """A new child, or the last one again where it has this very key."""
        if key is not None and self.children:
            last = self.children[-1]
            if isinstance(last, Element) and last.key is key:
                return last
        made = Element(kind, key, alt, scope, language)
        self.children.append(made)
        return made


def text_string(text: str) -> str:
    """A PDF text string in UTF-16, written in hexadecimal figures."""
    return f"<FEFF{text.encode('utf-16-be').hex().upper()}>"


def tree_objects(
    root: Element, marks: Sequence[Sequence[Element]], pages: Sequence[int], add: Callable[[str], int], first: int
) -> int:
    """Add the objects of the whole tree, and give the number of its root.

    `marks` has for every page the element of each mark, `pages` the number of each page's object; `first` is the
    number that the next object gets from `add`.
    """
    bodies: list[str] = []  # in reading order, so that neighbours are alike and pack well

    def number(element: Element, above: int) -> int:
        own = element.number = first + len(bodies)
        children = element.children
        if len(children) == 1 and isinstance(children[0], tuple) and not (element.alt or element.language):
            page, mark = children[0]  # a line or a cell, as most are
            scope = f"/A<</O/Table/Scope/{element.scope}>>" if element.scope else ""
            bodies.append(f"<</S/{element.kind}{scope}/P {above} 0 R/Pg {pages[page]} 0 R/K {mark}>>")
            return own
        bodies.append("")
        bodies[own - first] = _body(element, above, pages, lambda child: number(child, own))
        return own

    number(root, 0)
    top = first + len(bodies) + 1
    bodies[0] = bodies[0].replace("/P 0 0 R", f"/P {top} 0 R", 1)
    for body in bodies:
        add(body)
    rows = (f"{page}[{' '.join([f'{one.number} 0 R' for one in on_page])}]" for page, on_page in enumerate(marks))
    places = add(f"<</Nums[{''.join(rows)}]>>")
    return add(f"<</Type/StructTreeRoot/K {first} 0 R/ParentTree {places} 0 R/ParentTreeNextKey {len(marks)}>>")


def _body(element: Element, above: int, pages: Sequence[int], number: Callable[[Element], int]) -> str:
    """The object of an element; `number` makes the objects of a child and gives its number."""
    kids: list[str] = []
    page = -1
    for child in element.children:
        if isinstance(child, Element):
            kids.append(f"{number(child)} 0 R")
        elif page in (-1, child[0]):
            page = child[0]
            kids.append(str(child[1]))
        else:
            kids.append(f"<</Type/MCR/Pg {pages[child[0]]} 0 R/MCID {child[1]}>>")
    out = f"<</S/{element.kind}/P {above} 0 R"
    if page >= 0:
        out += f"/Pg {pages[page]} 0 R"
    if kids:
        out += f"/K {kids[0]}" if len(kids) == 1 else f"/K[{' '.join(kids)}]"
    if element.alt:
        out += f"/Alt{text_string(element.alt)}"
    if element.scope:
        out += f"/A<</O/Table/Scope/{element.scope}>>"
    if element.language:
        out += f"/Lang({element.language})"
    return out + ">>"
