"""Templates of papers: what the office changed of their texts, logo, margins, paper and order of parts.

Every change is a new version, and a version is never changed: the papers made with it keep its id beside their own
frozen layout. What cannot be known here of faces and pages is asked of the window by a Desk.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from models.errors import NotFound
from models.records.layout import Layout
from models.records.template import TemplateEntry
from models.services.book import Book, changed
from models.services.template_checking import problems_of, tidy
from models.services.template_choice import layout_for, layout_of, program_layout, rows_in_use
from models.services.template_file import from_file, paper_of, to_file
from models.services.template_views import Desk, FamilyView, FieldProblem, TemplateUnfit, TemplateView
from models.services.views import Changed
from models.store.rows import KEPT
from models.store.work import Work
from models.values import new_id

_TEMPLATE, _LETTER = KEPT["paper_template"], KEPT["letter"]


class Templates:
    """The verbs about templates."""

    def __init__(self, book: Book) -> None:
        self._book = book

    # Looking up.

    def all(self, paper: str = "letter") -> list[FamilyView]:
        """The templates of a paper with all their versions, those in use first, then the newest."""
        query = select(_TEMPLATE).where(_TEMPLATE.c.paper == paper, _TEMPLATE.c.dead.is_(False))
        query = query.order_by(_TEMPLATE.c.version.desc(), _TEMPLATE.c.id.desc())
        with self._book.reading() as connection:
            rows = connection.execute(query).all()
            used = {str(row.id) for row in rows_in_use(connection, paper)}
            letters = _letters(connection)
        families: dict[str, list[TemplateView]] = {}
        for row in rows:
            families.setdefault(row.family, []).append(_view(row, letters, used))
        found = [FamilyView(tuple(versions)) for versions in families.values()]
        return sorted(found, key=lambda each: (each.in_use is None, -each.newest.at, each.newest.family))

    def in_use(self, paper: str = "letter") -> list[TemplateView]:
        """What new papers may take; the first is taken by itself. None: the layout that the program brings."""
        with self._book.reading() as connection:
            return [_view(row, {}, {str(row.id)}) for row in rows_in_use(connection, paper)]

    def get(self, template_id: str) -> TemplateView:
        """One version. Raises NotFound where it is not here."""
        with self._book.reading() as connection:
            row = connection.execute(select(_TEMPLATE).where(_TEMPLATE.c.id == template_id)).first()
            if row is None:
                raise NotFound
            return _view(row, _letters(connection, template_id), {template_id} if row.in_use else set())

    def of_letter(self, paper: str = "letter", template_id: str = "") -> tuple[str, Layout]:
        """The id and the layout that a new letter, or other paper, takes; see template_choice.layout_for. Raises
        NotFound.
        """
        with self._book.reading() as connection:
            return layout_for(connection, paper, template_id)

    def program(self, paper: str) -> Layout:
        """How a kind of paper is set without a template of its own. Raises KeyError."""
        with self._book.reading() as connection:
            return program_layout(connection, paper)

    # Writing.

    def check(self, entry: TemplateEntry, desk: Desk) -> list[FieldProblem]:
        """What would keep a template from being saved; nothing is written."""
        return problems_of(entry.name, tidy(entry.layout, desk.words, desk.paper), desk)

    def save(self, entry: TemplateEntry, desk: Desk, family: str = "", *, use: bool = True) -> Changed:
        """Keep a template as a new version; nothing is written where the newest version says the same.

        family: whose version it is; empty for a new template. use: new papers take it from now on, in place of any
        other version of it; otherwise it is only kept. Changed.id is the version. Raises TemplateUnfit, and NotFound
        where the family is not here.
        """
        layout = tidy(entry.layout, desk.words, desk.paper)
        if found := problems_of(entry.name, layout, desk):
            raise TemplateUnfit(found)
        with self._book.verb("templates.save") as work:
            versions = _versions(work, family) if family else []
            if family and not versions:
                raise NotFound
            newest = max(versions, key=lambda row: (row.version, row.id), default=None)
            body = layout.model_dump(mode="json", exclude={"version"})
            if newest is not None and newest.name == entry.name and _same(newest, body):
                made = str(newest.id)
            else:
                made = new_id()
                version = newest.version + 1 if newest is not None else 1
                row = {"paper": entry.paper, "family": family or made, "version": version, "name": entry.name}
                row |= {"body": {**body, "version": version}, "worker": work.worker, "at": work.now}
                work.add("paper_template", row, made)
            if use:
                _use(work, versions, made)
        return changed(work, made)

    def choose(self, template_id: str) -> Changed:
        """Put a version in use, in place of any other version of its template. Raises NotFound."""
        with self._book.verb("templates.choose") as work:
            row = _row(work, template_id)
            _use(work, _versions(work, row.family), template_id)
        return changed(work, template_id)

    def withdraw(self, template_id: str) -> Changed:
        """Offer a template no more; its versions stay, and so do the papers made with them. Raises NotFound."""
        with self._book.verb("templates.withdraw") as work:
            _use(work, _versions(work, _row(work, template_id).family), "")
        return changed(work, template_id)

    def copy(self, template_id: str, name: str) -> Changed:
        """Make a template of its own from a version; it is not in use yet. Changed.id is its first version.

        Raises NotFound.
        """
        with self._book.verb("templates.copy") as work:
            row = _row(work, template_id)
            made = new_id()
            fields = {"paper": row.paper, "family": made, "version": 1, "name": name}
            fields |= {"body": {**row.body, "version": 1}, "worker": work.worker, "at": work.now}
            work.add("paper_template", fields, made)
        return changed(work, made)

    # Files.

    def export(self, template_id: str) -> bytes:
        """A version as a file for another office. Raises NotFound."""
        view = self.get(template_id)
        return to_file(view.paper, view.name, view.layout)

    def paper_of(self, data: bytes) -> str:
        """For which kind of paper a file is (a key of SETUPS). Raises BadTemplateFile."""
        return paper_of(data)

    def read_file(self, data: bytes, desk: Desk) -> TemplateEntry:
        """The template of a file, looked at and not kept yet: save() it as a new one. Raises BadTemplateFile."""
        return from_file(data, desk)


def _row(work: Work, template_id: str) -> "Row[Any]":
    work.flush()
    query = select(_TEMPLATE).where(_TEMPLATE.c.id == template_id, _TEMPLATE.c.dead.is_(False))
    row = work.connection.execute(query).first()
    if row is None:
        raise NotFound
    return row


def _versions(work: Work, family: str) -> "Sequence[Row[Any]]":
    query = select(_TEMPLATE).where(_TEMPLATE.c.family == family, _TEMPLATE.c.dead.is_(False))
    return work.connection.execute(query).all()


def _same(row: "Row[Any]", body: Mapping[str, Any]) -> bool:
    return layout_of(row).model_dump(mode="json", exclude={"version"}) == body


def _use(work: Work, versions: "Sequence[Row[Any]]", chosen: str) -> None:
    """Of a template's versions only the chosen one is in use; empty for none."""
    for row in versions:
        if row.in_use and row.id != chosen:
            work.amend("paper_template", row.id, {"in_use": False})
    if chosen:
        work.amend("paper_template", chosen, {"in_use": True})


def _letters(connection: Connection, template_id: str = "") -> dict[str, int]:
    """How many letters were issued with each version."""
    query = select(_LETTER.c.template_id, func.count()).where(_LETTER.c.template_id != "", _LETTER.c.dead.is_(False))
    if template_id:
        query = query.where(_LETTER.c.template_id == template_id)
    return {row[0]: row[1] for row in connection.execute(query.group_by(_LETTER.c.template_id))}


def _view(row: "Row[Any]", letters: Mapping[str, int], used: set[str]) -> TemplateView:
    return TemplateView(
        id=row.id,
        paper=row.paper,
        family=row.family,
        version=row.version,
        name=row.name,
        layout=layout_of(row),
        in_use=row.id in used,
        worker=row.worker,
        at=row.at,
        letters=letters.get(row.id, 0),
    )
