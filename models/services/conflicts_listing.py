"""Open conflicts as a list: which records belong to a part of it, and what is shown of each."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from models.errors import NotFound
from models.services import conflicts_about as abouts
from models.services import conflicts_rules as rules
from models.services.conflicts_noting import CONFLICT, DISPUTE, SAME
from models.services.conflicts_reading import Key, Places, Standing, standing, version
from models.services.conflicts_views import Cursor, FieldConflict, RecordConflicts, Side, Wanted
from models.services.views import Office
from models.store.rows import KEPT, to_wire

_DAY_MS = 24 * 60 * 60 * 1000
_SINCE = func.coalesce(DISPUTE.c.opened_at, CONFLICT.c.at)
_TELLING = {  # what tells a record from others of its kind, beside whom it is about
    "identity_document": ("kind",),
    "phone": ("whose",),
    "household": ("kind",),
    "membership": ("resident_id", "relation"),
    "fact": ("name",),
    "place": ("kind",),
    "visit": ("happened_on",),
    "planned_visit": ("due_on",),
    "need": ("group",),
    "contact": ("happened_on",),
    "case_note": ("noted_on",),
    "case_plan": ("title",),
    "case_goal": ("text",),
    "case_task": ("text",),
    "referral": ("issued_on", "receiver"),
    "assessment": ("instrument", "assessed_on"),
    "picture": ("kind",),
    "person_link": ("a_id", "b_id"),
}


def told(connection: Connection, office: Office, rows: Sequence[str]) -> tuple[RecordConflicts, ...]:
    """Records with their open fields, in the order asked for."""
    query = (
        select(CONFLICT, _SINCE.label("since"))
        .select_from(CONFLICT.outerjoin(DISPUTE, SAME))
        .where(CONFLICT.c.row.in_(list(rows)))
    )
    grouped: dict[str, list[Row[Any]]] = defaultdict(list)
    for one in connection.execute(query.order_by(CONFLICT.c.field)):
        grouped[one.row].append(one)
    found = [one for several in grouped.values() for one in several]
    versions = standing_of_all(connection, found)
    values: dict[str, list[Any]] = defaultdict(list)
    for key, several in versions.items():
        values[key[2]] += [value for one in several for value in (one.value, one.before)]
    entities = {row: several[0].entity for row, several in grouped.items()}
    tells = _tells(connection, entities)
    for said in tells.values():
        for name, value in said:
            values[name].append(value)
    names = abouts.identities(connection, values)
    about = abouts.whom(connection, entities)
    called = abouts.called(connection, set(about.values()))
    places = Places(connection, office)
    made = []
    for row in rows:
        if row not in grouped:
            continue
        waiting = grouped[row]
        fields = tuple(_field(one, versions[one.district, row, one.field], places, names) for one in waiting)
        whose = about.get(row, ("", ""))
        name, address = called.get(whose, ("", ""))
        ids = dict(tells.get(row, ()))
        made.append(
            RecordConflicts(
                row=row,
                entity=waiting[0].entity,
                fields=tuple(one for one in fields if len(one.versions) > 1),
                since=min(int(one.since) for one in waiting),
                about_kind=whose[0],
                about_id=whose[1],
                about_name=name,
                about_address=address,
                tells=tuple(
                    (name, names.get(value, value) if isinstance(value, str) else value)
                    for name, value in tells.get(row, ())
                ),
                pair=(str(ids.get("a_id", "")), str(ids.get("b_id", ""))),
                sides=_sides(fields),
            )
        )
    return tuple(made)


def here() -> ColumnElement[bool]:
    """That a choice can be made by this program."""
    return func.coalesce(DISPUTE.c.kind, "") != "newer"


def waiting(connection: Connection) -> int:
    """How many fields wait for a choice that can be made by this program."""
    query = select(func.count()).select_from(CONFLICT.outerjoin(DISPUTE, SAME)).where(here())
    return int(connection.execute(query).scalar_one())


def conditions(wanted: Wanted, now: int) -> list[ColumnElement[bool]]:
    """What narrows the list."""
    found = [~here() if wanted.newer else here()]
    if wanted.community:
        found.append(DISPUTE.c.community == wanted.community)
    if wanted.entity:
        found.append(CONFLICT.c.entity == wanted.entity)
    if wanted.worker:
        found.append(DISPUTE.c.workers.contains(f"\n{wanted.worker}\n", autoescape=True))
    if wanted.older_than:
        found.append(now - wanted.older_than * _DAY_MS >= _SINCE)
    if wanted.about_id:
        found.append(DISPUTE.c.about_id == wanted.about_id)
    if wanted.alike:
        found.append(DISPUTE.c.alike != "")
    return found


def part(
    connection: Connection,
    conditions: Sequence[ColumnElement[bool]],
    order: str,
    after: Cursor | None,
    limit: int,
) -> tuple[list[str], Cursor | None]:
    """The records of one part of the list, and where the next begins."""
    place: ColumnElement[Any] = func.min(_SINCE)
    if order == "newest":
        place = -func.max(_SINCE)
    elif order == "place":
        place = func.min(func.coalesce(DISPUTE.c.community, ""))
    listed = (
        select(CONFLICT.c.row, place.label("place"))
        .select_from(CONFLICT.outerjoin(DISPUTE, SAME))
        .where(*conditions)
        .group_by(CONFLICT.c.row)
        .subquery()
    )
    query = select(listed.c.row, listed.c.place).order_by(listed.c.place, listed.c.row).limit(limit + 1)
    if after is not None:
        beyond = and_(listed.c.place == after[0], listed.c.row > after[1])
        query = query.where(or_(listed.c.place > after[0], beyond))
    rows = list(connection.execute(query))
    last = rows[limit - 1] if len(rows) > limit else None
    return [row.row for row in rows[:limit]], (last.place, last.row) if last is not None else None


def conflict_of(connection: Connection, row: str, field: str) -> Row[Any]:
    """An open conflict. Raises NotFound where nothing waits there any more."""
    found = connection.execute(select(CONFLICT).where(CONFLICT.c.row == row, CONFLICT.c.field == field)).first()
    if found is None:
        raise NotFound
    return found


def standing_of(connection: Connection, conflict: Row[Any]) -> list[Standing]:
    """The versions of a conflict, the one that is shown first."""
    return next(iter(standing_of_all(connection, [conflict]).values()), [])


def standing_of_all(connection: Connection, conflicts: Sequence[Row[Any]]) -> dict[Key, list[Standing]]:
    """The same of several conflicts."""
    return standing(connection, {(one.district, one.row, one.field): one.entity for one in conflicts})


def _field(found: Row[Any], versions: Sequence[Standing], places: Places, names: Mapping[str, str]) -> FieldConflict:
    entity, field = found.entity, found.field
    values = [one.value for one in versions]
    shown = [
        version(one, places.of(one.origin), entity, field, names, shown=at == 0) for at, one in enumerate(versions)
    ]
    why = rules.alike(entity, field, values)
    hidden = (entity, field) in rules.SECRET
    kind = rules.kind_of(entity, field, values)
    return FieldConflict(
        field=field,
        kind=kind,
        versions=tuple(shown),
        since=int(found.since),
        hidden=hidden,
        same_mask=hidden and len({one.value for one in shown}) < len(shown),
        joinable=kind != "newer" and rules.joinable(entity, field, values),
        editable=kind != "newer" and rules.editable(entity, field),
        alike=why,
        suggested=versions[rules.tidiest(entity, field, values)].holder.id if why else "",
    )


def _sides(fields: Sequence[FieldConflict]) -> tuple[Side, ...]:
    """The computers that versions of a record come from, those with the most fields first."""
    first: dict[str, Any] = {}
    workers: dict[str, list[str]] = defaultdict(list)
    counted: dict[str, set[str]] = defaultdict(set)
    for one in fields:
        for said in one.versions:
            first.setdefault(said.device, said)
            workers[said.device].append(said.worker)
            counted[said.device].add(one.field)
    order = sorted(first, key=lambda device: (-len(counted[device]), first[device].place, device))
    return tuple(
        Side(
            device,
            first[device].place,
            first[device].here,
            tuple(dict.fromkeys(workers[device])),
            len(counted[device]),
        )
        for device in order
    )


def _tells(connection: Connection, entities: Mapping[str, str]) -> dict[str, tuple[tuple[str, Any], ...]]:
    """What tells each record (id -> entity) from others of its kind."""
    grouped: dict[str, list[str]] = defaultdict(list)
    for row, entity in entities.items():
        if entity in _TELLING:
            grouped[entity].append(row)
    found: dict[str, tuple[tuple[str, Any], ...]] = {}
    for entity, rows in grouped.items():
        table, names = KEPT[entity], _TELLING[entity]
        query = select(table.c.id, *(table.c[name] for name in names)).where(table.c.id.in_(rows))
        for one in connection.execute(query).mappings():
            found[one["id"]] = tuple((name, to_wire(one[name])) for name in names if one[name] not in (None, ""))
    return found
