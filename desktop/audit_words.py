"""The audit in plain sentences: who did what to whom, and what a check of the record found."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from desktop.case_words import moment_text
from desktop.conflict_words import entity_text, field_text
from models.clock import local_time
from models.records.audit import ACTIONS
from models.records.roles import ACTION_NAMES, CLASSES
from models.security import audit_seal
from models.security.audit_seal import Finding
from models.services.audit_views import AuditRow, Checked, DeviceChain, KnownAnchor, TakenBack
from models.texts import N_, _, language, ngettext, pgettext

if TYPE_CHECKING:
    from models.casebook import Casebook

VERBS: Mapping[str, str] = {
    "residents": N_("the record"),
    "households": N_("the household"),
    "listed": N_("a list of residents"),
    "facts": N_("what is known"),
    "visits": N_("a visit"),
    "planning": N_("planned visits"),
    "assessments": N_("an assessment"),
    "eligibility": N_("a result of the eligibility check"),
    "referrals": N_("a referral letter"),
    "numbering": N_("letter numbers"),
    "print_queue": N_("the print queue"),
    "papers": N_("a paper"),
    "sync": N_("the exchange of files"),
    "conflicts": N_("what two sides changed"),
    "places": N_("where somebody is"),
    "changes": N_("a change of the household"),
    "merging": N_("records of one person"),
    "rounds": N_("a round of visits"),
    "care": N_("who looks after whom"),
    "worklist": N_("the worklist"),
    "questionnaires": N_("a questionnaire"),
    "pictures": N_("a picture"),
    "consents": N_("a consent"),
    "transfers": N_("a transfer"),
    "rights": N_("a request about data"),
    "notes": N_("a note"),
    "contacts": N_("a contact"),
    "plans": N_("a case plan"),
    "templates": N_("a template of papers"),
    "packs": N_("the rules"),
    "undo": N_("what was just saved, by undoing it"),
}
"""What a verb changes, by the service that it belongs to."""

OBJECTS: Mapping[str, str] = {
    "register": N_("a list of people"),
    "worklist": N_("the worklist"),
    "statistics": N_("statistics"),
    "letter": N_("a letter"),
    "round": N_("a round of visits"),
    "case_transfer": N_("a transfer"),
    "batch": N_("a batch file"),
    "file": N_("a file"),
    "picture": N_("a picture"),
    "policy_set": N_("a set of rules"),
    "determination": N_("a kept result"),
    "questionnaire": N_("a questionnaire"),
    "number_report": N_("the report of letter numbers"),
    "number_block": N_("a block of letter numbers"),
    "casebook": N_("the casebook"),
    "account": N_("an account"),
    "audit": N_("this record"),
    "chain": N_("this record"),
    "peer": N_("a partner"),
    "circle": N_("the list of who belongs"),
    "statement": N_("a statement"),
    "envelopes": N_("envelopes"),
}
"""What is not a person or a household, by the kind that a row names."""


def subject_words(row: AuditRow) -> str:
    """Whom or what a row is about."""
    if row.subject:
        return row.subject
    if row.subject_kind == "resident":
        return _("a resident who is not shown here (any more)") if row.subject_id else _("a resident")
    if row.subject_kind == "household":
        return _("a household")
    return _(OBJECTS[row.subject_kind]) if row.subject_kind in OBJECTS else row.subject_kind or _("the casebook")


def deed(row: AuditRow) -> str:
    """What was done, in a sentence without who did it."""
    what = _said(row)
    if row.others:
        more = ngettext("{n} more is concerned", "{n} more are concerned", row.others).format(n=row.others)
        return _("{first} ({second})").format(first=what, second=more)
    return what


def _said(row: AuditRow) -> str:
    who = subject_words(row)
    simple = {
        "begin": _("A new chain of this record begins"),
        "unlock": _("Signed in"),
        "lock": _("Locked or left the casebook"),
        "failed_unlock": _("Typed a wrong passphrase for {who}"),
        "print": _("Printed {who}") if row.subject_kind in OBJECTS else _("Printed a paper about {who}"),
        "backup": _("Made a backup"),
        "restore": _("Restored a backup, or agreed to the exchange after it"),
        "erase": _("Erased the record of {who}"),
        "check": _("Checked what {who} is entitled to"),
        "screen": _("Screened the register"),
        "calendar": _("Looked at what changes soon"),
        "receipt": _("Wrote or read a receipt"),
        "trust": _("Trusted {who} as a partner"),
        "distrust": _("Trusts {who} no longer"),
        "revoke": _("Revoked the keys of {who}"),
        "scope": _("Chose what {who} is sent"),
        "write": _("Wrote the list of who belongs"),
        "install": _("Installed a set of rules"),
        "go_back": _("Went back to earlier rules"),
        "compare": _("Compared two sets of rules"),
        "replay": _("Replayed a kept result"),
        "number_block": _("Gave a block of letter numbers"),
        "number_keeping": _("Chose who gives the letter numbers"),
    }
    if row.action in simple:
        return simple[row.action].format(who=who)
    if row.action == "view":
        return _viewed(row, who)
    if row.action == "reveal":
        return _revealed(row, who)
    if row.action == "search":
        return _searched(row)
    if row.action == "change":
        return _changed(row, who)
    if row.action == "export":
        return _("Wrote a file about {who}").format(who=who)
    if row.action == "import":
        refused = row.detail.startswith("refused")
        return (_("Refused {who} that came") if refused else _("Took in {who}")).format(who=who)
    if row.action == "refused":
        return _refused(row)
    if row.action == "audit":
        checked = row.detail.startswith("check")
        if not checked:
            return _("Read this record")
        if row.detail.startswith("check taken back"):
            return _("Checked this record: nothing is missing but what a restored backup took back")
        sound = row.detail.startswith("check sound")
        return _("Checked this record: it is sound") if sound else _("Checked this record: it is NOT sound")
    return _(ACTIONS[row.action]) if row.action in ACTIONS else row.action


def _refused(row: AuditRow) -> str:
    """What was refused: for the role its action says it; for the place or the class the verb, which others may call."""
    if row.subject_id in ACTION_NAMES:
        return _("Was refused: {why}").format(why=_(ACTION_NAMES[row.subject_id]))
    service = row.detail.split(".", 1)[0]
    what = _(VERBS[service]) if service in VERBS else row.detail
    return _("Was refused, as it is about what the account does not see: {what}").format(what=what)


def _viewed(row: AuditRow, who: str) -> str:
    if row.detail == "who has seen":
        return _("Looked at who has seen the record of {who}").format(who=who)
    if row.subject_kind == "resident":
        return _("Looked at the record of {who}").format(who=who)
    if row.subject_kind == "household":
        return _("Looked at the household at {who}").format(who=who)
    return _("Looked at {who}").format(who=who)


def _revealed(row: AuditRow, who: str) -> str:
    if row.detail == "number":
        return _("Had the whole document number of {who} shown").format(who=who)
    if row.detail == "phone":
        return _("Had the whole phone number of {who} shown").format(who=who)
    if row.detail.startswith("picture"):
        return _("Had a picture of a document of {who} shown").format(who=who)
    return _("Had whole numbers of {who} shown").format(who=who)


def _searched(row: AuditRow) -> str:
    said = dict(part.split("=", 1) for part in row.detail.split() if "=" in part)
    found, times = said.get("found", "0"), said.get("searches", "")
    if times:
        return _("Searched {n} times more; {found} came up in all").format(n=times, found=found)
    return _("Searched, or looked through a list; {found} came up").format(found=found)


def _changed(row: AuditRow, who: str) -> str:
    if row.subject_kind == "account":
        return _("Changed the account of {who}").format(who=who)
    service = row.detail.split(".", 1)[0]
    what = _(VERBS[service]) if service in VERBS else row.detail
    return (
        _("Changed {what}: {who}").format(what=what, who=who) if row.subject else _("Changed {what}").format(what=what)
    )


def fields_words(fields: Sequence[str], facts: Mapping[str, str]) -> str:
    """Fields of records (entity.field) as the forms call them, by kind of record; what no form shows is counted.

    facts: what facts are called.
    """
    kinds: dict[str, list[str]] = {}
    for name in fields:
        entity, _dot, field = name.partition(".")
        label = facts.get(field, "") if entity == "fact" else field_text(entity, field)
        nameless = label == field and (language() != "en" or "_" in field)  # in English a word may be the name itself
        kinds.setdefault(entity, []).append("" if nameless else label)
    told = []
    for entity, labels in kinds.items():
        known = list(dict.fromkeys(label for label in labels if label))
        if hidden := labels.count(""):
            known.append(ngettext("{n} other field", "{n} other fields", hidden).format(n=hidden))
        told.append(_("{heading}: {words}").format(heading=entity_text(entity), words=_(", ").join(known)))
    return _("; ").join(told)


def fact_names(casebook: "Casebook", rows: Iterable[AuditRow]) -> dict[str, str]:
    """What the facts are called that rows name. Slow the first time: call it off the window's thread."""
    named = {name.removeprefix("fact.") for row in rows for name in row.fields if name.startswith("fact.")}
    return casebook.desks.fact_names(named) if named else {}


def details(row: AuditRow, facts: Mapping[str, str]) -> list[tuple[str, str]]:
    """Everything about a row: (label, text). facts: what facts are called."""
    found = [
        (_("When"), f"{local_time(row.at):%Y-%m-%d %H:%M:%S}"),
        (_("Who"), row.worker),
        (_("What was done"), deed(row)),
    ]
    if row.reason:
        found.append((pgettext("why something was done", "Why"), row.reason))
    if row.fields:
        found.append((_("Fields"), fields_words(row.fields, facts)))
    if row.classes:
        found.append((_("Sensitive"), classes_words(row.classes)))
    found.append((_("Row"), f"{row.seq:,}"))  # codes and the chain are in the files for the auditor
    return found


def classes_words(classes: Sequence[str]) -> str:
    """Names of sensitive classes."""
    return _(", ").join(_(CLASSES[one]) for one in classes if one in CLASSES)


def verdict(made: Checked) -> tuple[str, str]:
    """(kind of banner, sentence): what a check found."""
    if made.standing == "taken back":
        return "warn", _(
            "Rows are missing that were written after a backup which was restored later, as is listed below. What is "
            "left is as it was written. Have whoever restored it confirm that."
        )
    if made.standing == "not sound":
        return "problem", _(
            "This record is not as it was written. What was found is listed below. Do not repair anything: make a "
            "backup, write the record to files, and tell the office above."
        )
    said = _("The record is sound: {rows} rows, {places} places written down elsewhere compared.").format(
        rows=f"{made.rows:,}", places=f"{made.anchors:,}"
    )
    keyed = (
        _("The seals were checked too.")
        if made.keyed
        else _("The seals were not checked: that takes the passphrase of somebody whom the record is sealed to.")
    )
    return "good", f"{said} {keyed}"


def file_verdict(made: Checked) -> tuple[str, str]:
    """(kind of banner, sentence): what a check of somebody's files found."""
    if made.standing == "not sound":
        return "problem", _(
            "The record in this file is not as it was written. What was found is listed below. Keep the file as it is, "
            "and ask the office that it came from."
        )
    kind, said = verdict(made)
    if made.standing == "sound" and not made.anchors:
        # Where nothing is known from elsewhere, a shorter record would look the same.
        said += " " + _("Whether newer rows were left out cannot be told from this file alone.")
    return kind, said


def finding_words(found: Finding) -> str:
    """One thing that a check found."""
    n, seq = found.count, found.seq
    if found.kind == "missing":
        text = ngettext("Row {seq} is missing.", "{n} rows are missing from row {seq} on.", n)
    elif found.kind == "cut":
        text = ngettext(
            "The last row is missing: it is written down elsewhere.",
            "The last {n} rows are missing, from row {seq} on: they are written down elsewhere.",
            n,
        )
    else:
        text = {
            "changed": _("Row {seq} was changed afterwards."),
            "order": _("Row {seq} stands in the wrong place or twice."),
            "forged": _("Row {seq} was not sealed when it says it was: it was made later."),
            "remade": _("Row {seq} is another one than was written down elsewhere: rows were made anew."),
        }[found.kind]
    return text.format(n=f"{n:,}", seq=f"{seq:,}")


def found_words(made: Checked) -> list[str]:
    """Everything that a check found, at most twenty lines a chain."""
    lines = [
        _("A chain of {n} rows is gone as a whole. It is known from: {where}.").format(
            n=f"{one.anchor.seq:,}", where=where_words(one)
        )
        for one in made.lost
    ]
    for chain in made.chains:
        lines += [finding_words(found) for found in chain.findings[:20]]
        if len(chain.findings) > 20:
            lines.append(_("… and {n} more.").format(n=f"{len(chain.findings) - 20:,}"))
    return lines + [taken_back_words(one) for one in made.taken_back]


def taken_back_words(one: TakenBack) -> str:
    """What a restore took out of this record, and where it can still be read."""
    said = ngettext(
        "A backup of {backup} was restored before {at}. {n} row that was written in between is gone.",
        "A backup of {backup} was restored before {at}. {n} rows that were written in between are gone.",
        one.rows,
    ).format(n=f"{one.rows:,}", backup=one.backup.replace("T", " "), at=f"{local_time(one.at):%Y-%m-%d %H:%M}")
    if one.kept is None:
        return said
    kept = _("The newest backup that has rows of them is {name}.").format(name=one.kept.name)
    return f"{said} {kept}"


def where_words(place: KnownAnchor) -> str:
    """Where a place of a chain is written down."""
    kinds = {
        "begin": _("the beginning of the next chain"),
        "backup": _("a backup"),
        "batch": _("a batch file"),
    }
    return f"{kinds.get(place.where, place.where)} {place.name}".strip()


def partner_words(chain: DeviceChain, on: Any) -> str:
    """What a partner's device said of its own record."""
    last = chain.anchors[-1]
    when = moment_text(last.at, on)
    texts = {
        "": _("{name}: {n} rows, told last {when}. Everything hangs together."),
        "cut": _("{name}: rows were cut off or the record was begun anew (told last {when}). Ask there at once."),
        "changed": _("{name}: rows were made anew (told last {when}). Ask there at once."),
        "gap": _("{name}: between two files a chain lies that nobody told of (told last {when}). Ask there."),
    }
    return texts[chain.trouble].format(name=chain.name or chain.partner[:8], n=f"{last.anchor.seq:,}", when=when)


def mark_of(digest: str) -> str:
    """The short mark as it stands on paper: two groups of four."""
    mark = audit_seal.short_mark(digest)
    return f"{mark[:4]} {mark[4:]}"
