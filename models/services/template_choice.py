"""Which template a paper takes: the one that was asked for, else the one that the office has in use, else none."""

from sqlalchemy import Connection, Row, select

from models.errors import NotFound
from models.records.layout import SETUPS, Layout, own_layout
from models.records.template import PROGRAM
from models.store.rows import KEPT

_TEMPLATE = KEPT["paper_template"]
LETTER = "letter"


def layout_for(connection: Connection, paper: str, template_id: str = "") -> tuple[str, Layout]:
    """The id of the template's version and its layout; the id is empty for the layout that the program brings.

    template_id: a version of the office, in use or not; PROGRAM; or empty for what is in use. Raises NotFound where
    the version is not here.
    """
    if template_id == PROGRAM:
        return "", program_layout(connection, paper)
    if template_id:
        row = connection.execute(select(_TEMPLATE).where(_TEMPLATE.c.id == template_id)).first()
        if row is None or row.paper != paper:
            raise NotFound
    else:
        row = next(iter(rows_in_use(connection, paper)), None)
    return (str(row.id), layout_of(row)) if row is not None else ("", program_layout(connection, paper))


def program_layout(connection: Connection, paper: str) -> Layout:
    """How a paper is set without a template of its own: as the program has it, with the mark and the logo of the
    letter's template in use where it has a head. Raises KeyError for a paper without templates.
    """
    own = own_layout(paper)
    if paper == LETTER or "logo" not in SETUPS[paper].fields:
        return own
    row = next(iter(rows_in_use(connection, LETTER)), None)
    if row is None:
        return own
    of_letter = layout_of(row)
    return own.model_copy(update={name: getattr(of_letter, name) for name in ("heading", "logo", "logo_height")})


def rows_in_use(connection: Connection, paper: str) -> "list[Row[tuple[object, ...]]]":
    """One version of each template in use, the one that papers take by themselves first: that of the oldest template.

    Where two computers put two versions of a template in use, the newer one counts.
    """
    query = select(_TEMPLATE).where(
        _TEMPLATE.c.paper == paper, _TEMPLATE.c.in_use.is_(True), _TEMPLATE.c.dead.is_(False)
    )
    rows = connection.execute(query.order_by(_TEMPLATE.c.family, _TEMPLATE.c.version.desc(), _TEMPLATE.c.id.desc()))
    first: dict[str, Row[tuple[object, ...]]] = {}
    for row in rows:
        first.setdefault(row.family, row)
    return list(first.values())


def layout_of(row: "Row[tuple[object, ...]]") -> Layout:
    """The layout of a row, which says its version."""
    return Layout.model_validate({**row.body, "version": row.version})
