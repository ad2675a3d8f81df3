"""What an account does not see: people outside its communities, and kinds of sensitive knowledge.

A reader of a limited account has temporary views that bear the names of the tables, on SQLite and PostgreSQL alike, and
both look there first. So every query that there is, and every one that comes, sees a register in which nobody else
lives and in which nobody ever said what the account does not see. Writers see everything, or they would spoil it; what
a verb writes is held against the same conditions (hold_change(), hold_new()).

In the scope is a household whose door is in one of the communities; a resident of such a household, by where they live
or by where they are registered (of those without a household now, the last ones); and whoever the account itself put on
the register today and who has no door yet.

Of a child under fourteen (PIPL Art. 31) an account without the class sees the name, the sex, the birth date, where it
lives and with whom, since what a household may receive rests on them; not its numbers, schools and other places, nor
what was learnt, found or decided about it.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Engine, event, select, text

from models.records.refusal import NotAllowed
from models.store.rows import KEPT
from models.store.seen import arrived
from models.values import years_later

CHILD_BELOW = 14
"""Years of age below which what is known of somebody is sensitive as a whole (PIPL Art. 28 and 31)."""
_COMMUNITY_DIGITS = 12
_INFO, _KNOWN = "jinmen_limits", "jinmen_limits_as_of"
_HOMES, _PEOPLE = "jinmen_homes", "jinmen_people"
_LISTS = tuple(f"CREATE TEMP TABLE {name} (id TEXT PRIMARY KEY)" for name in (_HOMES, _PEOPLE))
_STAND = ("resident_id", "household_id", "other_household_id", "other_resident_id", "a_id", "b_id")
"""Columns that name whom a record is about: each of them that is filled must be in the scope."""
_BY_KIND = ("fact", "case_note", "picture")
_HANGING = {
    "case_goal": ("plan_id", "case_plan"),
    "case_task": ("plan_id", "case_plan"),
    "picture_data": ("picture_id", "picture"),
}
_BY_ROW = ("operation", "head", "conflict", "dispute", "departed", "editing")
"""Tables beside the records that name one by its entity and id."""
_OF_CHILDREN = ("identity_document", "phone", "place", "assessment", "questionnaire_answer", "determination")
_CHILDS_OWN = ("former_name", "ethnic_group", "education", "hukou_place", "provisional_number", "note")
CERTIFICATE = "disability_cert"
"""The identity document that tells of somebody's health."""
_PROGRAMS = ("sync.", "numbering.", "merging.settle", "rights.replay", "print_queue.")
"""Verbs that the program does for everybody: files are taken in and written whole, whoever is signed in."""
_BROAD = frozenset({"health", "hiv_psychiatric", "finance"})
"""What a filled-in questionnaire and a kept determination may tell of: they are shown to whoever sees all of it."""


@dataclass(frozen=True)
class Limits:
    """What one account sees today.

    scope: codes of communities, streets or districts; (): everywhere. hidden: classes that it does not see.
    fact_classes: the facts of these classes by name, with their class.
    """

    scope: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()
    fact_classes: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)
    worker: str = field(default="", repr=False)
    since: int = 0  # milliseconds: when today began
    on: date = date.min

    def __post_init__(self) -> None:
        if not all(code.isdigit() for code in self.scope):
            raise ValueError("a scope is made of codes")

    def __bool__(self) -> bool:
        return bool(self.scope or self.hidden)

    @cached_property
    def facts(self) -> frozenset[str]:
        """Names of the facts that it does not see."""
        return frozenset(self.fact_classes)

    @property
    def mark(self) -> str:
        """Tells limits apart in the names of what is kept for those who have the same ones; "" for none."""
        if not self:
            return ""
        said = json.dumps([sorted(self.scope), sorted(self.hidden)])
        return "." + hashlib.sha256(said.encode()).hexdigest()[:12]

    def reader(self, engine: Engine) -> Engine:
        """Another engine beside a reader of the same records, through which only what the account sees is there."""
        made = Engine(engine.pool.recreate(), engine.dialect, engine.url, hide_parameters=True)
        made.update_execution_options(**engine.get_execution_options())
        statements = self.statements(engine.dialect.name)
        lite = engine.dialect.name == "sqlite"

        @event.listens_for(made.pool, "connect")
        def _look_through(raw: Any, record: Any) -> None:
            cursor = raw.cursor()
            if lite:
                cursor.execute("PRAGMA query_only = OFF")
            else:
                cursor.execute("SET jit = off")  # it would compile hundreds of small conditions, for seconds
            for statement in (*_LISTS, *statements):
                cursor.execute(statement)
            if lite:
                cursor.execute("PRAGMA query_only = ON")
            else:
                raw.commit()
            cursor.close()
            record.info[_INFO] = self

        if lite:

            @event.listens_for(made, "begin")
            def _begin(connection: Connection) -> None:
                connection.exec_driver_sql("BEGIN")

        return made

    def statements(self, dialect: str) -> list[str]:
        """What makes the views of a connection."""
        schema = _schema(dialect)
        conditions = _Conditions(self, schema, _temporary(dialect))
        made = []
        for table in (*KEPT, "search_key", "picture_data", "doubled", "print_job", "print_item", *_BY_ROW):
            condition = conditions.of(table)
            shown = conditions.columns_of_children() if table == "resident" and "children" in self.hidden else "t.*"
            if condition or shown != "t.*":
                where = f" WHERE {condition}" if condition else ""
                made.append(f'CREATE TEMP VIEW "{table}" AS SELECT {shown} FROM {schema}."{table}" AS t{where}')  # noqa: S608
        return made

    def look(self, connection: Connection) -> None:
        """Bring the lists of who is in the scope up to date, which a limited connection keeps in its memory.

        To be called before anything else is asked. They are made anew when somebody moved, came or left.
        """
        if not self.scope:
            return
        known, now = connection.info.get(_KNOWN), arrived(connection)
        if known != now and (known is None or _somebody_moved(connection, int(known))):
            self._list(connection)
        connection.info[_KNOWN] = now
        connection.commit()  # the temporary lists would go with the transaction

    def _list(self, connection: Connection) -> None:
        lite = connection.dialect.name == "sqlite"
        schema, temporary = _schema(connection.dialect.name), _temporary(connection.dialect.name)
        code = _Conditions(self, schema).code("d")
        if lite:
            connection.exec_driver_sql("PRAGMA query_only = OFF")
        for statement in (
            f"DELETE FROM {temporary}.{_HOMES}",  # noqa: S608
            f"DELETE FROM {temporary}.{_PEOPLE}",  # noqa: S608
            f'INSERT INTO {temporary}.{_HOMES} SELECT h.id FROM {schema}."dwelling" AS d '  # noqa: S608
            f'JOIN {schema}."household" AS h ON h.dwelling_id = d.id WHERE {code}',
            f"INSERT INTO {temporary}.{_PEOPLE} SELECT DISTINCT m.resident_id FROM {temporary}.{_HOMES} AS h "  # noqa: S608
            f'JOIN {schema}."membership" AS m ON m.household_id = h.id WHERE m.dead IS FALSE '
            f'AND (m.until IS NULL OR NOT EXISTS (SELECT 1 FROM {schema}."membership" AS n '
            "WHERE n.resident_id = m.resident_id AND n.dead IS FALSE AND n.until IS NULL))",
        ):
            connection.exec_driver_sql(statement)
        if lite:
            connection.exec_driver_sql("PRAGMA query_only = ON")

    def is_free(self, verb: str) -> bool:
        """Whether a verb is the program's own work and not the account's: it is held against nothing."""
        return not self or verb.startswith(_PROGRAMS)

    def hold_change(self, connection: Connection, entity: str, row: str) -> None:
        """A record that is about to be changed is seen. Raises NotAllowed. On a connection that sees everything."""
        conditions = _Conditions(self, _schema(connection.dialect.name))
        place = conditions.place(entity) if self.scope else ""
        if place and not self._is(connection, entity, row, place):
            raise NotAllowed(scope=True)
        if not self._shows(connection, entity, row):
            which = (kind for kind in sorted(self.hidden) if not self._only(kind)._shows(connection, entity, row))
            raise NotAllowed(kind=next(which))

    def _shows(self, connection: Connection, entity: str, row: str) -> bool:
        """Whether nothing of a record is of a class that is not seen."""
        kinds = _Conditions(self, _schema(connection.dialect.name)).kind_of_row(entity) if self.hidden else ""
        return not kinds or self._is(connection, entity, row, kinds)

    def _only(self, kind: str) -> "Limits":
        """These limits as if one class alone were not seen."""
        facts = {name: one for name, one in self.fact_classes.items() if one == kind}
        return replace(self, hidden=frozenset({kind}), fact_classes=facts)

    def hold_new(self, connection: Connection, made: Iterable[tuple[str, str]]) -> None:
        """New records (entity, id) are about whom the account sees or put on the register. Raises NotAllowed."""
        if not self.scope:
            return
        conditions = _Conditions(self, _schema(connection.dialect.name))
        known: dict[str, str] = {}
        for entity, row in made:
            condition = known.setdefault(entity, conditions.place(entity))
            if condition and not self._is(connection, entity, row, condition):
                raise NotAllowed(scope=True)

    def hold_fact(self, connection: Connection, fact: Mapping[str, Any], made: Collection[str]) -> None:
        """A fact may be stated: what is not seen is not overwritten; of somebody new there is nothing yet.

        made: ids of the records that the verb made. Raises NotAllowed.
        """
        subject = str(fact["subject_id"])
        if subject in made:
            return
        if fact["name"] in self.fact_classes:
            raise NotAllowed(kind=self.fact_classes[fact["name"]])
        if "children" in self.hidden and fact["subject_kind"] == "resident":
            grown = _Conditions(self, _schema(connection.dialect.name)).kind_of_row("resident")
            if not self._is(connection, "resident", subject, grown):
                raise NotAllowed(kind="children")

    def _is(self, connection: Connection, entity: str, row: str, condition: str) -> bool:
        table = f'{_schema(connection.dialect.name)}."{entity}"'
        found = text(f"SELECT 1 FROM {table} AS t WHERE t.id = :row AND ({condition})")  # noqa: S608
        return connection.execute(found, {"row": row}).first() is not None

    def hides_document(self, kind: str) -> bool:
        """Whether documents of a kind are not shown."""
        return kind == CERTIFICATE and "health" in self.hidden

    def of_person(self, born: date | None) -> frozenset[str]:
        """The classes that are not shown of somebody; that of children only of a child."""
        grown = born is None or born <= self.born_after
        return self.hidden - {"children"} if grown else self.hidden

    @property
    def born_after(self) -> date:
        """Who was born later is a child."""
        return years_later(self.on, -CHILD_BELOW) if self.on.year > CHILD_BELOW else date.min


def of_connection(connection: Connection) -> Limits | None:
    """The limits of a connection; None where it sees everything."""
    found = connection.info.get(_INFO)
    return found if isinstance(found, Limits) else None


def homes_seen(connection: Connection) -> list[bytes]:
    """The ids of the households that a limited connection sees."""
    return [one.encode() for one in connection.execute(select(KEPT["household"].c.id)).scalars()]


def children(connection: Connection, limits: Limits) -> list[bytes]:
    """The ids of the residents of whom a limited connection sees little because of their age; none where it may."""
    if "children" not in limits.hidden:
        return []
    table = KEPT["resident"]
    query = select(table.c.id).where(table.c.birth_date > limits.born_after)
    return [one.encode() for one in connection.execute(query).scalars()]


@dataclass(frozen=True)
class _Conditions:
    """SQL that says of a row t whether it is seen; "" where every row is."""

    limits: Limits
    schema: str
    lists: str = ""  # where a limited connection keeps the lists of who is in the scope; "": everything is looked up

    def place(self, entity: str) -> str:
        """Whether a record is in the scope; "" for records that are about nobody."""
        return self._place(entity)

    def kind_of_row(self, entity: str) -> str:
        """Whether all that is kept of a record is seen: of a child's own record it is not."""
        if entity == "resident":
            return self._grown("t.id") if "children" in self.limits.hidden else ""
        return self._kind(entity)

    def of(self, table: str) -> str:
        """What the view of a table leaves."""
        parts = [self._place(table) if self.limits.scope else "", self._kind(table) if self.limits.hidden else ""]
        return " AND ".join(f"({part})" for part in parts if part)

    def columns_of_children(self) -> str:
        """The columns of a resident; of a child those that are its own are empty."""
        young = f"t.birth_date > '{self.limits.born_after}'"
        return ", ".join(
            f"CASE WHEN {young} THEN '' ELSE t.{name} END AS {name}" if name in _CHILDS_OWN else f't."{name}"'
            for name in KEPT["resident"].columns.keys()  # noqa: SIM118  # it iterates over columns
        )

    # Where people live.

    def _place(self, table: str, row: str = "t") -> str:
        if table == "resident":
            return self._resident(f"{row}.id")
        if table == "household":
            return self._household(f"{row}.id")
        if table == "dwelling":
            return f"{self.code(row)} OR {row}.community_code = ''"
        if table == "search_key":
            return self._resident(f"{row}.resident_id")
        if table in _BY_KIND:
            visit = f'SELECT 1 FROM {self.schema}."visit" AS v WHERE v.id = {row}.subject_id'  # noqa: S608
            return (
                f"CASE {row}.subject_kind WHEN 'resident' THEN {self._resident(f'{row}.subject_id')} "
                f"WHEN 'household' THEN {self._household(f'{row}.subject_id')} "
                f"ELSE NOT EXISTS ({visit} AND NOT {self._household('v.household_id')}) END"
            )
        if table in _HANGING:
            column, parent = _HANGING[table]
            return self._parent(parent, f"{row}.{column}", "place")
        if table == "round_stop":
            door = f'SELECT 1 FROM {self.schema}."dwelling" AS d WHERE d.id = {row}.dwelling_id AND {self.code("d")}'  # noqa: S608
            home = self._household(f"{row}.household_id")
            return f"CASE {row}.household_id WHEN '' THEN EXISTS ({door}) ELSE {home} END"
        if table == "visit_round":
            stops = f'SELECT 1 FROM {self.schema}."round_stop" AS s WHERE s.round_id = {row}.id'  # noqa: S608
            outside = f"{stops} AND NOT ({self._place('round_stop', 's')})"
            return f"{self.code(row)} OR ({row}.community_code = '' AND NOT EXISTS ({outside}))"
        if table == "handover":
            me = _quoted(self.limits.worker)
            return f"{row}.giver = {me} OR {row}.taker = {me} OR {row}.worker = {me}"
        if table == "print_job":
            items = f'SELECT 1 FROM {self.schema}."print_item" AS i WHERE i.job_id = {row}.id'  # noqa: S608
            return f"NOT EXISTS ({items} AND NOT ({self._place('print_item', 'i')}))"
        if table == "print_item":
            return self._printed(row)
        if table in _BY_ROW:
            return self._by_row(row, "place")
        columns = KEPT[table].c if table in KEPT else ("a_id", "b_id")
        said = [name for name in _STAND if name in columns]
        each = [f"({row}.{name} = '' OR {self._subject(name, f'{row}.{name}')})" for name in said]
        return " AND ".join(each)

    def _printed(self, row: str) -> str:
        """Of a paper: it is about a resident or a household, or about a record that is about one."""
        subject = f"{row}.subject_id"
        ways = {"resident": self._resident(subject), "household": self._household(subject)}
        for kind, table in (("visit", "visit"), ("assessment", "assessment"), ("letter", "letter")):
            ways[kind] = self._parent(table, subject, "place")
        ways |= {"referral": ways["letter"], "transfer": self._parent("case_transfer", subject, "place")}
        cases = " ".join(f"WHEN '{kind}' THEN {way}" for kind, way in ways.items())
        mine = f'SELECT 1 FROM {self.schema}."print_job" AS j WHERE j.id = {row}.job_id AND j.worker = '  # noqa: S608
        return f"CASE {row}.subject_kind {cases} ELSE EXISTS ({mine}{_quoted(self.limits.worker)}) END"

    def _subject(self, column: str, value: str) -> str:
        return self._household(value) if "household" in column else self._resident(value)

    def code(self, door: str) -> str:
        """Whether a dwelling is in the scope."""
        ends = ((code.ljust(_COMMUNITY_DIGITS, "0"), code.ljust(_COMMUNITY_DIGITS, "9")) for code in self.limits.scope)
        ranges = (f"{door}.community_code BETWEEN '{first}' AND '{last}'" for first, last in ends)
        return f"({' OR '.join(ranges)})"

    def _household(self, home: str) -> str:
        return f"({self._lives_here(home)} OR {self._homeless(home)})"

    def _lives_here(self, home: str) -> str:
        if self.lists:
            return f"{home} IN (SELECT id FROM {self.lists}.{_HOMES})"  # noqa: S608
        return f"EXISTS ({self._doors(home)}{self.code('d')})"

    def _doors(self, home: str) -> str:
        return (
            f'SELECT 1 FROM {self.schema}."household" AS h JOIN {self.schema}."dwelling" AS d ON d.id = h.dwelling_id '  # noqa: S608
            f"WHERE h.id = {home} AND "
        )

    def _homeless(self, home: str) -> str:
        return f"({self._made_today(home)} AND NOT EXISTS ({self._doors(home)}d.community_code <> ''))"

    def _resident(self, person: str) -> str:
        belongs = f'SELECT 1 FROM {self.schema}."membership" AS m WHERE m.resident_id = {person} AND m.dead IS FALSE'  # noqa: S608
        if self.lists:
            here = f"{person} IN (SELECT id FROM {self.lists}.{_PEOPLE})"  # noqa: S608
        else:
            now = f'SELECT 1 FROM {self.schema}."membership" AS n WHERE n.resident_id = {person} AND n.dead IS FALSE'  # noqa: S608
            here = (
                f"EXISTS ({belongs} AND {self._lives_here('m.household_id')} "
                f"AND (m.until IS NULL OR NOT EXISTS ({now} AND n.until IS NULL)))"
            )
        elsewhere = f"{belongs} AND EXISTS ({self._doors('m.household_id')}d.community_code <> '')"
        return f"({here} OR ({self._made_today(person)} AND NOT EXISTS ({elsewhere})))"

    def _made_today(self, row: str) -> str:
        """The ids of records begin with the moment in which they were made (UUIDv7), which tells nearly all apart."""
        first = f"{self.limits.since:012x}"
        first = f"{first[:8]}-{first[8:]}"
        said = (
            f'SELECT 1 FROM {self.schema}."operation" AS o WHERE o."row" = {row} '  # noqa: S608
            f"AND o.worker = {_quoted(self.limits.worker)} AND o.at >= {self.limits.since}"
        )
        return f"({row} >= '{first}' AND EXISTS ({said}))"

    def _parent(self, table: str, value: str, what: str) -> str:
        condition = self._place(table, "p") if what == "place" else self._kind(table, "p")
        held = f" AND ({condition})" if condition else ""
        return f'EXISTS (SELECT 1 FROM {self.schema}."{table}" AS p WHERE p.id = {value}{held})'  # noqa: S608

    def _by_row(self, row: str, what: str) -> str:
        """Of what names a record: whether that is seen. Kinds that a newer program made are not."""
        cases = []
        for entity in KEPT:
            condition = self._place(entity, "x") if what == "place" else self._kind(entity, "x")
            if what == "kind" and entity == "resident" and "children" in self.limits.hidden:
                condition = self._grown("x.id")
            if what == "place" and entity in ("resident", "household"):
                seen = self._subject(entity, f'{row}."row"')
            elif condition:
                seen = (
                    f'EXISTS (SELECT 1 FROM {self.schema}."{entity}" AS x WHERE x.id = {row}."row" AND ({condition}))'  # noqa: S608
                )
            else:
                continue
            cases.append(f"WHEN '{entity}' THEN {seen}")
        return f"CASE {row}.entity {' '.join(cases)} ELSE TRUE END" if cases else ""

    # What is sensitive.

    def _kind(self, table: str, row: str = "t") -> str:
        """Of one class after the other, and of children."""
        hidden = self.limits.hidden
        parts = []
        if table == "fact" and self.limits.facts:
            parts.append(f"{row}.name NOT IN ({', '.join(map(_quoted, sorted(self.limits.facts)))})")
        if table == "identity_document" and "health" in hidden:
            parts.append(f"{row}.kind <> '{CERTIFICATE}'")
        if table == "assessment" and "health" in hidden:
            parts.append("FALSE")
        if table in ("questionnaire_answer", "determination") and hidden & _BROAD:
            parts.append("FALSE")
        if table in ("picture", "picture_data") and "photos" in hidden:
            parts.append("FALSE")
        if "children" in hidden and table in _OF_CHILDREN:
            parts.append(self._grown(f"{row}.resident_id"))
        if "children" in hidden and table in _BY_KIND:
            parts.append(f"({row}.subject_kind <> 'resident' OR {self._grown(f'{row}.subject_id')})")
        if table in _BY_ROW:
            parts.append(self._by_row(row, "kind"))
        return " AND ".join(part for part in parts if part)

    def _grown(self, person: str) -> str:
        child = f'SELECT 1 FROM {self.schema}."resident" AS c WHERE c.id = {person} AND c.birth_date > '  # noqa: S608
        return f"NOT EXISTS ({child}'{self.limits.born_after}')"


def _somebody_moved(connection: Connection, before: int) -> bool:
    """Whether an operation that came since may have changed who lives where."""
    moves = text(
        f'SELECT 1 FROM {_schema(connection.dialect.name)}."operation" AS o WHERE o.arrival > :before '  # noqa: S608
        "AND o.entity IN ('membership', 'household', 'dwelling') LIMIT 1"
    )
    return connection.execute(moves, {"before": before}).first() is not None


def _temporary(dialect: str) -> str:
    return "temp" if dialect == "sqlite" else "pg_temp"


def _schema(dialect: str) -> str:
    return "main" if dialect == "sqlite" else "public"


def _quoted(said: str) -> str:
    return "'" + said.replace("'", "''").replace("\x00", "") + "'"
