"""The tables of the first release."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def key(name: str, length: int) -> "sa.Column[str]":
    """A part of a primary key."""
    return sa.Column(name, sa.String(length), primary_key=True)


def text(name: str) -> "sa.Column[str]":
    """A text that is empty where nothing is known."""
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def flag(name: str, default: str = "0") -> "sa.Column[bool]":
    """A yes or no."""
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=default)


def number(name: str, default: str = "0") -> "sa.Column[int]":
    """A 64-bit whole number; moments are milliseconds since 1970 UTC."""
    return sa.Column(name, sa.BigInteger(), nullable=False, server_default=default)


def json(name: str, default: str = "{}") -> "sa.Column[object]":
    """A JSON value."""
    return sa.Column(name, sa.JSON(), nullable=False, server_default=default)


def day(name: str) -> "sa.Column[object]":
    """A calendar day, or NULL where it is not known."""
    return sa.Column(name, sa.Date(), nullable=True)


def kept() -> tuple["sa.Column[str]", "sa.Column[str]", "sa.Column[str]", "sa.Column[bool]", "sa.Column[object]"]:
    """What every synced table begins with."""
    return key("district", 9), key("id", 36), text("office"), flag("dead"), json("extra")


def upgrade() -> None:
    """Make all tables and their indexes."""
    op.create_table(
        "assessment",
        *kept(),
        text("resident_id"),
        text("visit_id"),
        text("instrument"),
        text("version"),
        day("assessed_on"),
        json("answers"),
        number("score"),
        text("level"),
        text("note"),
        text("worker"),
        number("at"),
    )
    op.create_index("ix_assessment_id", "assessment", ["id"])
    op.create_index("ix_assessment_resident_id", "assessment", ["resident_id"])
    op.create_table(
        "batch",
        key("id", 64),
        text("direction"),
        text("file_name"),
        text("peer"),
        number("count"),
        number("last_seq"),
        text("status"),
        json("detail"),
        number("at"),
    )
    op.create_table("conflict", key("district", 9), key("row", 36), key("field", 40), text("entity"), number("at"))
    op.create_table(
        "determination",
        *kept(),
        text("resident_id"),
        text("household_id"),
        text("service_id"),
        text("component"),
        text("outcome"),
        text("pack_id"),
        text("pack_hash"),
        day("decided_on"),
        json("body"),
        json("facts"),
        number("at"),
    )
    op.create_index("ix_determination_id", "determination", ["id"])
    op.create_index("ix_determination_resident_id", "determination", ["resident_id"])
    op.create_table(
        "draft",
        key("id", 36),
        text("form"),
        text("form_version"),
        text("subject_id"),
        text("title"),
        json("body"),
        text("worker"),
        number("at"),
    )
    op.create_table(
        "dwelling",
        *kept(),
        text("community_code"),
        text("grid"),
        text("street_line"),
        text("building"),
        text("unit"),
        text("door"),
    )
    op.create_index("ix_dwelling_id", "dwelling", ["id"])
    op.create_index("ix_dwelling_door", "dwelling", ["community_code", "building", "unit", "door"])
    op.create_table(
        "fact",
        *kept(),
        text("subject_kind"),
        text("subject_id"),
        text("name"),
        json("value"),
        text("state"),
        day("as_of"),
        day("good_until"),
        text("source"),
        text("document_seen"),
        text("visit_id"),
        text("worker"),
        number("at"),
    )
    op.create_index("ix_fact_id", "fact", ["id"])
    ends = sa.text("good_until IS NOT NULL")
    op.create_index("ix_fact_good_until", "fact", ["good_until"], sqlite_where=ends, postgresql_where=ends)
    op.create_index("ix_fact_subject_id", "fact", ["subject_id"])
    op.create_table("head", key("district", 9), key("row", 36), text("entity"), json("ops"))
    op.create_table(
        "household",
        *kept(),
        text("kind"),
        text("dwelling_id"),
        text("book_number"),
        day("since"),
        day("until"),
        text("note"),
    )
    op.create_index("ix_household_id", "household", ["id"])
    op.create_index("ix_household_kind", "household", ["kind", "dead"])
    op.create_index("ix_household_dwelling_id", "household", ["dwelling_id"])
    op.create_table(
        "identity_document",
        *kept(),
        text("resident_id"),
        text("kind"),
        text("number"),
        day("valid_until"),
        flag("seen"),
    )
    op.create_index("ix_identity_document_id", "identity_document", ["id"])
    op.create_index("ix_identity_document_valid_until", "identity_document", ["valid_until"])
    op.create_index("ix_identity_document_number", "identity_document", ["number"])
    op.create_index("ix_identity_document_resident_id", "identity_document", ["resident_id"])
    op.create_table(
        "journal",
        key("id", 36),
        number("at"),
        text("worker"),
        text("action"),
        text("subject_kind"),
        text("subject_id"),
        text("detail"),
    )
    op.create_index("ix_journal_subject_id", "journal", ["subject_id"])
    op.create_table(
        "letter",
        *kept(),
        text("referral_id"),
        text("resident_id"),
        text("number"),
        number("version", "1"),
        json("value"),
        text("sha256"),
        flag("printed"),
        text("worker"),
        number("at"),
    )
    op.create_index("ix_letter_id", "letter", ["id"])
    op.create_index("ix_letter_referral_id", "letter", ["referral_id"])
    op.create_table(
        "membership",
        *kept(),
        text("household_id"),
        text("resident_id"),
        text("relation"),
        flag("counts", "1"),
        day("since"),
        day("until"),
    )
    op.create_index("ix_membership_id", "membership", ["id"])
    op.create_index("ix_membership_household_id", "membership", ["household_id"])
    op.create_index("ix_membership_resident_id", "membership", ["resident_id"])
    op.create_table("meta", key("key", 60), json("value"))
    op.create_table(
        "need",
        *kept(),
        text("visit_id"),
        text("household_id"),
        text("resident_id"),
        text("group"),
        text("urgency"),
        text("note"),
        text("status"),
        number("at"),
    )
    op.create_index("ix_need_id", "need", ["id"])
    op.create_index("ix_need_household_id", "need", ["household_id"])
    op.create_index("ix_need_visit_id", "need", ["visit_id"])
    op.create_table(
        "operation",
        key("district", 9),
        key("id", 64),
        text("device"),
        number("seq"),
        text("prev"),
        number("clock"),
        number("at"),
        text("worker"),
        text("verb"),
        text("entity"),
        text("row"),
        json("fields"),
        text("office"),
    )
    op.create_index("ix_operation_device", "operation", ["device", "seq"])
    op.create_index("ix_operation_row", "operation", ["row"])
    op.create_table(
        "peer",
        key("id", 36),
        text("kind"),
        text("name"),
        text("sign_key"),
        text("seal_key"),
        json("holds"),
        flag("trusted"),
        number("at"),
    )
    op.create_table("person_link", *kept(), text("a_id"), text("b_id"), flag("active"), text("worker"))
    op.create_index("ix_person_link_a_id", "person_link", ["a_id"])
    op.create_index("ix_person_link_b_id", "person_link", ["b_id"])
    op.create_table("phone", *kept(), text("resident_id"), text("number"), text("whose"))
    op.create_index("ix_phone_number", "phone", ["number"])
    op.create_index("ix_phone_resident_id", "phone", ["resident_id"])
    op.create_table(
        "referral",
        *kept(),
        text("resident_id"),
        text("household_id"),
        text("number"),
        json("matters", "[]"),
        text("receiver"),
        text("status"),
        text("outcome_note"),
        day("issued_on"),
        day("valid_until"),
        text("worker"),
        number("at"),
    )
    op.create_index("ix_referral_id", "referral", ["id"])
    op.create_index("ix_phone_id", "phone", ["id"])
    op.create_index("ix_person_link_id", "person_link", ["id"])
    op.create_index("ix_referral_number", "referral", ["number"])
    op.create_index("ix_referral_resident_id", "referral", ["resident_id"])
    op.create_table(
        "resident",
        *kept(),
        text("name"),
        text("former_name"),
        text("sex"),
        day("birth_date"),
        text("birth_source"),
        text("ethnic_group"),
        text("education"),
        text("marital_status"),
        text("hukou_place"),
        text("provisional_number"),
        text("note"),
        day("registered_on"),
    )
    op.create_index("ix_resident_id", "resident", ["id"])
    op.create_index("ix_resident_dead", "resident", ["dead"])
    op.create_index("ix_resident_birth_date", "resident", ["birth_date"])
    op.create_index("ix_resident_name", "resident", ["name"])
    op.create_table(
        "visit",
        *kept(),
        text("household_id"),
        text("outcome"),
        day("happened_on"),
        json("met", "[]"),
        text("met_other"),
        text("purpose"),
        text("notes"),
        day("next_visit"),
        text("next_reason"),
        text("worker"),
        number("at"),
    )
    op.create_index("ix_visit_id", "visit", ["id"])
    op.create_index("ix_visit_happened_on", "visit", ["happened_on"])
    op.create_index("ix_visit_household_id", "visit", ["household_id"])
    op.create_index("ix_visit_next_visit", "visit", ["next_visit"])
    # Prefixes are searched as ranges of keys, so keys must sort by their bytes; PostgreSQL sorts by language otherwise.
    bytewise = sa.String().with_variant(sa.String(collation="C"), "postgresql")
    op.create_table(
        "search_key",
        sa.Column("key", bytewise, primary_key=True),
        key("resident_id", 36),
        key("kind", 8),
        number("rank"),
        sqlite_with_rowid=False,  # the primary key is the table: half the size
    )
    op.create_index("ix_search_key_resident_id", "search_key", ["resident_id", "key"])
    first = sa.text("kind = 'pinyin' AND rank = 1")
    op.create_index(
        "ix_search_key_names", "search_key", ["key", "resident_id"], sqlite_where=first, postgresql_where=first
    )
