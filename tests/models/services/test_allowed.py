"""Who may call what: every verb has an action, every action is refused to the roles that may not do it."""

import inspect
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import select

from models.casebook import Casebook
from models.errors import NotFound
from models.records.audit import Audit
from models.records.resident import ResidentEntry
from models.records.roles import ACTION_NAMES, ACTIONS, ADMINISTRATOR, AUDITOR, CLASSES, DESK, ROLES, SUPERVISOR, WORKER
from models.records.roles import may as roles_may
from models.security import keystore
from models.services.allowed import ALLOWED, OWN, NotAllowed, verbs_of, why_not
from models.services.views import Worker
from models.store.rows import table_of
from tests.models.casebooks import small_household, told


@dataclass(frozen=True)
class Account(Worker):
    roles: tuple[str, ...] = tuple(ROLES)
    classes: frozenset[str] = frozenset(CLASSES)
    scope: tuple[str, ...] = ()


def as_role(book: Casebook, *roles: str) -> None:
    book._book.worker = Account(name=book.worker.name, roles=roles)


def services(book: Casebook) -> dict[str, object]:
    return {name: value for name, value in vars(book).items() if not name.startswith("_")} | {OWN: book}


def handed_out(book: Casebook) -> dict[str, object]:
    """The services, without the verbs of the casebook itself, which stand among its attributes."""
    return {name: each for name, each in services(book).items() if not inspect.isfunction(each)}


def test_the_table_names_every_public_verb_and_nothing_else(casebook: Casebook) -> None:
    there = {f"{name}.{verb}" for name, each in handed_out(casebook).items() for verb in verbs_of(type(each))}
    assert set(ALLOWED) == there
    assert set(ALLOWED.values()) <= ACTIONS.keys()
    assert ACTION_NAMES.keys() == ACTIONS.keys()
    assert all(allowed and allowed <= ROLES.keys() for allowed in ACTIONS.values())


@pytest.fixture
def notes(casebook: Casebook, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What was noted, without the time that writing it takes; test_a_refusal_is_in_the_audit_log writes it."""
    said: list[tuple[Any, ...]] = []
    monkeypatch.setattr(casebook._book, "note", lambda *words, **_more: said.append(words))
    return said


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_call_what_its_actions_are_and_every_other_call_is_refused_and_noted(
    casebook: Casebook, role: str, notes: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    reached: list[str] = []
    for name, each in handed_out(casebook).items():
        for verb in verbs_of(type(each)):
            named = f"{name}.{verb}"
            monkeypatch.setattr(type(each), verb, lambda *_all, _named=named, **_more: reached.append(_named))
    as_role(casebook, role)
    refused = []
    for named in ALLOWED:
        name, verb = named.split(".")
        with suppress(NotAllowed):
            getattr(handed_out(casebook)[name], verb)()
            continue
        refused.append(named)
    assert sorted(reached + refused) == sorted(ALLOWED)
    assert set(reached) == {named for named, action in ALLOWED.items() if role in ACTIONS[action]}
    assert notes == [("refused", "action", ALLOWED[named], named) for named in refused]


def test_each_action_is_somebodys_and_what_is_everybodys_is_not_about_residents() -> None:
    everybodys = {action for action, roles in ACTIONS.items() if roles >= ROLES.keys()}
    assert everybodys == {"use", "count", "back_up"}
    assert not roles_may((AUDITOR,), "search")
    assert not roles_may((ADMINISTRATOR,), "view")
    assert roles_may((AUDITOR, WORKER), "search")
    assert not roles_may((), "use")
    with pytest.raises(KeyError):
        roles_may((WORKER,), "no such action")


def test_real_verbs_are_refused_and_nothing_is_changed(casebook: Casebook) -> None:
    made = casebook.households.register(small_household("王秀英", "王芳"))
    resident = made.ids[0]
    as_role(casebook, AUDITOR)
    for verb in (
        lambda: casebook.residents.find("王"),
        lambda: casebook.residents.get(resident),
        lambda: casebook.residents.register(ResidentEntry(name="李明")),
        lambda: casebook.today(),
        lambda: casebook.undo(made.operations),
        lambda: casebook.registers.open("residents"),
        lambda: casebook.rights.copy(resident),
    ):
        with pytest.raises(NotAllowed) as refused:
            verb()
        told(refused.value)
    as_role(casebook, WORKER)
    for verb in (
        lambda: casebook.rights.erase(resident, "asked"),
        lambda: casebook.registers.export("residents"),
        lambda: casebook.referrals.sign("none"),
        lambda: casebook.transfers.ask(None),  # type: ignore[arg-type,return-value]
        lambda: casebook.templates.withdraw("none"),
        lambda: casebook.set_office(replace(casebook.office, name="别的居委会"), casebook.worker),
    ):
        with pytest.raises(NotAllowed) as refused:
            verb()
        told(refused.value)
    assert casebook.residents.find("王")
    assert casebook.residents.get(resident).row.name == "王秀英"
    as_role(casebook, ADMINISTRATOR)
    casebook.set_office(replace(casebook.office, phone="022-27355556"), casebook.worker)
    assert casebook.office.phone == "022-27355556"


def test_a_refusal_is_in_the_audit_log(casebook: Casebook) -> None:
    as_role(casebook, AUDITOR)
    with pytest.raises(NotAllowed):
        casebook.residents.find("王")
    journal = table_of(Audit)
    with casebook._book.reading() as connection:
        rows = connection.execute(select(journal).where(journal.c.action == "refused")).mappings().all()
    assert [(row["subject_kind"], row["subject_id"], row["detail"]) for row in rows] == [
        ("action", "search", "residents.find")
    ]


def test_verbs_that_verbs_call_are_free_and_a_verb_that_is_handed_over_is_not(casebook: Casebook) -> None:
    as_role(casebook, WORKER)
    assert casebook.worklist.page() is not None  # asks the screening and the calendar
    with pytest.raises(NotAllowed):
        casebook.desks.save(casebook.desks.seen(), lambda: casebook.rights.erase("none", "asked"))
    with pytest.raises(NotAllowed):  # what failed before leaves no door open
        casebook.rights.erase("none", "asked")


def test_what_is_the_whole_offices_is_set_by_who_shapes_it(casebook: Casebook) -> None:
    as_role(casebook, WORKER)
    casebook.settings.set("desk_name", "窗口2")
    with pytest.raises(NotAllowed):
        casebook.settings.set("retention_years", 5)
    as_role(casebook, ADMINISTRATOR)
    casebook.settings.set("retention_years", 5)
    assert casebook.settings.get("retention_years") == 5


def test_what_one_may_not_do_one_may_not_take_back(casebook: Casebook) -> None:
    made = casebook.households.register(small_household("王秀英", "王芳"))
    frozen = casebook.rights.freeze(made.ids[1])
    as_role(casebook, WORKER)
    with pytest.raises(NotAllowed):
        casebook.undo(frozen.operations)
    as_role(casebook, ADMINISTRATOR)
    with pytest.raises(NotAllowed):
        casebook.undo(made.operations)
    as_role(casebook, SUPERVISOR)
    casebook.undo(frozen.operations)
    as_role(casebook, WORKER)
    casebook.undo(made.operations)
    assert casebook.residents.ids() == []


def test_drafts_of_another_account_on_the_same_laptop_are_not_shown(casebook: Casebook) -> None:
    if casebook._book.keys is None:
        pytest.skip("there is no key file here")
    other = casebook.accounts.add("李静", "海棠 树下 五个 词语 ok", [WORKER], cost=keystore.FLOOR)
    mine = casebook.drafts.save("visit", "1", "", "王秀英", {})
    own = casebook.worker
    casebook._book.worker = replace(own, name="李静", account=other)
    hers = casebook.drafts.save("visit", "1", "", "赵小明", {})
    assert [draft.id for draft in casebook.drafts.all()] == [hers]
    assert [draft.id for draft in casebook.today().drafts] == [hers]
    with pytest.raises(NotFound):
        casebook.drafts.get(mine)
    casebook._book.worker = own
    assert [draft.id for draft in casebook.drafts.all()] == [mine]


def test_a_verb_that_the_table_forgot_is_refused_to_all_but_who_has_every_role(
    casebook: Casebook, notes: list[tuple[Any, ...]]
) -> None:
    class Forgotten:
        def verb(self) -> str:
            return "done"

    service = Forgotten()
    casebook._guard.stand_before("forgotten", service)
    assert service.verb() == "done"
    as_role(casebook, SUPERVISOR, ADMINISTRATOR, WORKER, DESK)
    with pytest.raises(NotAllowed):
        service.verb()


def test_every_action_has_a_reason_in_both_languages(whole_catalogue: None) -> None:
    for action in ACTIONS:
        told(NotAllowed(action=action))
    told(NotAllowed(scope=True))
    assert why_not("sign") == "“Sign letters of others” is not among the tasks of your account. " + (
        "Ask one of these: Street-office desk, Supervisor."
    )


def test_what_is_offered_is_what_may_be_done(casebook: Casebook) -> None:
    assert all(casebook.may(action) for action in ACTIONS)
    as_role(casebook, ADMINISTRATOR)
    assert [action for action in ACTIONS if casebook.may(action)] == [
        action for action in ACTIONS if ADMINISTRATOR in ACTIONS[action]
    ]
