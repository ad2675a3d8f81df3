"""Rules as signed files: looked at, compared, installed, gone back from, replayed."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select, update

from models.casebook import Casebook
from models.clock import FixedClock
from models.eligibility import Determination, load_policies
from models.errors import NotFound
from models.records.audit import Audit
from models.records.fact import FactEntry
from models.security import keystore
from models.services.pack_views import PackUnsound, SetMissing, SignerUnknown
from models.services.policy_sets import SETS
from models.services.views import Office, Worker
from models.store.rows import KEPT, table_of
from models.texts import speaking
from tests.conftest import NOW, PASSPHRASE
from tests.models.eligibility.district import write_pack
from tests.models.services.people import five_people

TODAY = date(2026, 11, 22)


@pytest.fixture
def five(casebook: Casebook):
    return casebook.households.register(five_people())


@pytest.fixture
def district(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "district")


@pytest.fixture
def office(tmp_path: Path):
    """The casebook of the street office, which signs pack files."""
    at = Office(code="120101001", name="天津市和平区劝业场街道办事处", letter_mark="劝业")
    clock = FixedClock(NOW)
    book = Casebook.create(
        tmp_path / "office", PASSPHRASE, office=at, worker=Worker("刘洋"), clock=clock, cost=keystore.FLOOR
    )
    yield book
    book.close()


def kept_sets(casebook: Casebook) -> list:
    with casebook._book.reading() as connection:
        return list(connection.execute(select(SETS)).mappings())


def determinations(casebook: Casebook) -> list:
    with casebook._book.reading() as connection:
        return list(connection.execute(select(KEPT["determination"])).mappings())


def results(casebook: Casebook, household: str, service: str) -> dict[str, str]:
    check = casebook.eligibility.check(household)
    return {r.resident_id: r.determination.outcome for r in check.results if r.service_id == service}


def test_a_casebook_begins_with_the_shipped_rules(casebook: Casebook):
    (view,) = casebook.packs.installed()
    assert (view.hash, view.shipped, view.in_force) == (load_policies().hash, True, True)
    assert "came with the program" in view.title
    assert casebook.packs.policies() is load_policies()
    assert casebook.packs.state().sentence() == ""


def test_a_district_writes_a_measure_and_the_casebook_shows_first_who_gains(casebook: Casebook, five, district: Path):
    preview = casebook.packs.preview(district)
    assert [problem for problem in preview.problems if problem.grave] == []
    assert preview.valid
    assert preview.cases_failed == 0
    assert preview.signer.trust == "own"
    assert {each.service_id for each in preview.diff.of("added")} == {"D-1"}
    (raised, derived) = preview.diff.params
    assert (raised.name, raised.before, raised.after, raised.valid_from) == (
        "dibao_standard",
        Decimal(1010),
        Decimal(1100),
        date(2027, 1, 1),
    )
    assert (derived.name, derived.after) == ("low_income_ceiling", Decimal(1650))
    seen: list[tuple[int, int]] = []
    change = casebook.packs.compare(preview, lambda done, of: seen.append((done, of)))
    assert seen[-1] == (1, 1)
    assert change.residents == 5
    assert {(c.resident_id, c.service_id, c.effect) for c in change.changes if c.service_id == "D-1"} == set()
    assert [r.service_id for r in casebook.eligibility.check(five.id).results if r.service_id == "D-1"] == []


def test_comparing_names_who_gains_who_loses_and_whose_sum_is_another(casebook: Casebook, five, tmp_path: Path):
    young = casebook.packs.preview(write_pack(tmp_path / "young", age=70, service="D-1"))
    assert not young.valid, "a case of the pack comes out differently"
    assert young.cases_failed == 1
    (tmp_path / "young" / "cases" / "old.yaml").unlink()
    young = casebook.packs.preview(tmp_path / "young")
    change = casebook.packs.compare(young)
    gains = {c.resident_id for c in change.changes if c.effect == "gains"}
    assert gains == {five.ids[0], five.ids[1]}
    assert [(s.service_id, s.gains, s.loses) for s in change.services] == [("D-1", 2, 0)]
    casebook.packs.install(young)
    assert results(casebook, five.id, "D-1")[five.ids[0]] == "eligible"
    write_pack(tmp_path / "richer", age=75, amount=260, verified="2026-12-03")
    (tmp_path / "richer" / "cases" / "old.yaml").unlink()
    change = casebook.packs.compare(casebook.packs.preview(tmp_path / "richer"))
    found = {(c.resident_id, c.effect): c for c in change.changes if c.service_id == "D-1"}
    assert set(found) == {(five.ids[0], "amount"), (five.ids[1], "loses")}
    amounts = found[five.ids[0], "amount"]
    assert (amounts.amount_before.number, amounts.amount_after.number) == (200, 260)
    assert all(c.household_id == five.id for c in change.changes)


def test_the_columns_find_exactly_what_the_scalar_kernel_finds_household_by_household(
    casebook: Casebook, tmp_path: Path
):
    from desktop.sample import sample_households

    for entry in sample_households(110, "120101001001", TODAY, seed=11):
        casebook.households.register(entry)
    rules = write_pack(tmp_path / "district", age=45)
    (rules / "cases" / "old.yaml").unlink()
    new = casebook.packs.preview(rules).policies
    on = date(2027, 1, 10)
    for old_set, new_set in ((load_policies(), new), (new, load_policies())):
        quick, slow = (
            casebook.packs.compare_sets(old_set, new_set, on=on, by_columns=by_columns) for by_columns in (True, False)
        )
        assert quick == slow
        assert len(slow.changes) > 20
    assert {change.effect for change in slow.changes} >= {"loses"}
    richer = write_pack(tmp_path / "richer", age=45, amount=350, verified="2026-12-09")
    (richer / "cases" / "old.yaml").unlink()
    policies = casebook.packs.preview(richer).policies
    quick, slow = (casebook.packs.compare_sets(new, policies, on=on, by_columns=way) for way in (True, False))
    assert quick == slow
    assert slow.total("amount") > 20


def test_comparing_can_be_stopped(casebook: Casebook, five, district: Path):
    assert casebook.packs.compare(casebook.packs.preview(district), cancelled=lambda: True) is None


def test_an_installed_set_decides_and_the_one_before_is_kept(casebook: Casebook, five, district: Path):
    done = casebook.packs.install(casebook.packs.preview(district))
    assert done.entities == {"policy_set"}
    assert done.id == casebook.packs.policies().hash != load_policies().hash
    assert "D-1" in casebook.eligibility.services()
    assert casebook.packs.policies().params["dibao_standard"].values[-1].value == 1100
    first, second = casebook.packs.installed()
    assert (first.hash, first.in_force, first.shipped) == (done.id, True, False)
    assert (second.hash, second.in_force, second.shipped) == (load_policies().hash, False, True)
    assert [row["active"] for row in kept_sets(casebook)].count(True) == 1
    with casebook._book.reading() as connection:
        journal = table_of(Audit)
        actions = set(connection.execute(select(journal.c.action)).scalars())
    assert "install" in actions


def test_the_installed_set_decides_the_next_morning_too(casebook_folder: Path, clock, district: Path):
    book = Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    done = book.packs.install(book.packs.preview(district))
    book.close()
    book = Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    assert book.packs.policies().hash == done.id
    book.packs.go_back(load_policies().hash)
    assert book.packs.policies() is load_policies()
    book.packs.go_back(done.id)
    assert "D-1" in book.eligibility.services()
    with pytest.raises(SetMissing):
        book.packs.go_back("0" * 64)
    assert book.packs.policies().hash == done.id
    book.close()


def test_a_kept_determination_replays_byte_for_byte_after_the_rules_have_changed(
    casebook: Casebook, five, district: Path
):
    casebook.eligibility.keep(casebook.eligibility.check(five.id))
    assert [row["hash"] for row in kept_sets(casebook)] == [load_policies().hash], "kept in the same transaction"
    casebook.packs.install(casebook.packs.preview(district))
    rows = determinations(casebook)
    assert len(rows) > 20
    for row in rows[::17]:
        again = casebook.packs.replay(row["id"])
        assert again.identical, again.differences
        assert again.set_hash == load_policies().hash
        assert again.again.to_json() == json.dumps(
            row["body"], ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
    casebook.eligibility.keep(casebook.eligibility.check(five.id))
    assert len(kept_sets(casebook)) == 2
    assert all(casebook.packs.replay(row["id"]).identical for row in determinations(casebook)[::29])


def test_a_letters_determination_replays_too(casebook: Casebook, five):
    from tests.models.services.test_case_work import referral

    casebook.referrals.issue(referral(five))
    rows = determinations(casebook)
    assert rows
    assert all(casebook.packs.replay(row["id"]).identical for row in rows)


def test_a_replay_that_comes_out_otherwise_says_in_what(casebook: Casebook, five):
    casebook.eligibility.keep(casebook.eligibility.check(five.id))
    row = next(row for row in determinations(casebook) if row["body"]["amount"])
    table = KEPT["determination"]
    from models.store.work import allow_writes

    with casebook._book.writing() as connection, allow_writes(connection):
        body = {**row["body"], "amount": {**row["body"]["amount"], "number": "999"}}
        connection.execute(update(table).where(table.c.id == row["id"]).values(body=body))
    again = casebook.packs.replay(row["id"])
    assert (again.identical, again.differences) == (False, ("amount",))
    assert "amount" in again.sentence()
    with pytest.raises(NotFound):
        casebook.packs.replay("no such")


def test_a_determination_whose_rules_are_not_kept_says_so(casebook: Casebook, five):
    casebook.eligibility.keep(casebook.eligibility.check(five.id))
    with casebook._book.writing() as connection:
        connection.execute(SETS.delete())
    again = casebook.packs.replay(determinations(casebook)[0]["id"])
    assert (again.identical, again.again) == (False, None)
    assert "not kept here" in again.sentence()


@pytest.mark.parametrize("archive", ["gone", "damaged", "newer"])
def test_a_determination_by_a_set_that_is_no_longer_installed_replays_while_it_can_be_read_and_else_says_so(
    casebook: Casebook, five, district: Path, archive: str
):
    casebook.packs.install(casebook.packs.preview(district))
    theirs = casebook.packs.policies()
    casebook.eligibility.keep(casebook.eligibility.check(five.id))
    pack = next(pack for pack in theirs.packs.values() if pack.hash not in hashes_of(load_policies()))
    kept = [row for row in determinations(casebook) if row["pack_hash"] == pack.hash]
    casebook.packs.go_back(load_policies().hash)
    assert casebook.packs.replay(kept[0]["id"]).identical, "another set decides now, but this one is kept"
    with casebook._book.writing() as connection:
        row = connection.execute(select(SETS).where(SETS.c.hash == theirs.hash)).one()
        changed = {"damaged": row.archive[:-1] + b"!", "newer": row.archive.replace(b"PACK 1", b"PACK 2", 1)}
        connection.execute(
            SETS.update().where(SETS.c.hash == theirs.hash).values(archive=changed[archive])
            if archive in changed
            else SETS.delete().where(SETS.c.hash == theirs.hash)
        )
    folder, clock = casebook.folder, casebook.clock
    casebook.close()
    later = Casebook.open(folder, PASSPHRASE, clock=clock)  # nothing of that set is in memory
    again = later.packs.replay(kept[0]["id"])
    later.close()
    assert (again.identical, again.again, again.kept.to_json()) == (
        False,
        None,
        json.dumps(kept[0]["body"], ensure_ascii=False, sort_keys=True, separators=(",", ":")),
    )
    with speaking("en"):
        assert again.sentence() == (
            "The rules by which this was decided are not kept here, so it cannot be decided again."
        )
    with speaking("zh_CN"):
        assert again.sentence() == "当时所用的规则没有保存在这里，无法重新判断。"


def hashes_of(policies) -> set[str]:
    return {pack.hash for pack in policies.packs.values()}


def test_a_file_of_an_unknown_signer_needs_the_workers_word(
    casebook: Casebook, office: Casebook, district: Path, tmp_path: Path
):
    office.packs.install(office.packs.preview(district))
    stick = tmp_path / "district.jmpack"
    office.packs.export(stick)
    preview = casebook.packs.preview(stick)
    assert (preview.signer.trust, preview.signer.name) == ("unknown", "天津市和平区劝业场街道办事处")
    assert len(preview.signer.fingerprint) == 35
    with pytest.raises(SignerUnknown) as refused:
        casebook.packs.install(preview)
    assert preview.signer.fingerprint in refused.value.sentence()
    assert casebook.packs.policies() is load_policies()
    casebook.packs.install(preview, trust_signer=True)
    assert casebook.packs.policies().hash == office.packs.policies().hash
    assert casebook.packs.preview(stick).signer.trust == "trusted"
    again = tmp_path / "again.jmpack"
    casebook.packs.export(again)
    assert again.read_bytes() == stick.read_bytes(), "passed on with the signature of who made it"


def test_an_office_whose_card_was_taken_in_is_known(
    casebook: Casebook, office: Casebook, district: Path, tmp_path: Path
):
    casebook.sync.trust_card(office.sync.write_card(tmp_path))
    office.packs.install(office.packs.preview(district))
    office.packs.export(tmp_path / "district.jmpack")
    preview = casebook.packs.preview(tmp_path / "district.jmpack")
    assert (preview.signer.trust, preview.signer.trusted) == ("office", True)
    casebook.packs.install(preview)
    assert "D-1" in casebook.eligibility.services()


def test_a_set_with_problems_is_not_installed(casebook: Casebook, district: Path):
    rules = district / "services" / "old.yaml"
    rules.write_text(rules.read_text("utf-8").replace("hukou_tianjin", "hukou_here"), "utf-8")
    preview = casebook.packs.preview(district)
    assert [(p.file, p.line, p.kind) for p in preview.problems] == [
        ("packs/district-2027/services/old.yaml", 12, "no_fact")
    ]
    for verb in (casebook.packs.install, casebook.packs.compare):
        with pytest.raises(PackUnsound):
            verb(preview)
    assert kept_sets(casebook) == []


def test_a_broken_install_changes_nothing(casebook: Casebook, district: Path, monkeypatch):
    preview = casebook.packs.preview(district)

    def fails(*_: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr("models.services.packs.activate", fails)
    with pytest.raises(RuntimeError):
        casebook.packs.install(preview)
    assert kept_sets(casebook) == []
    assert casebook.packs.policies() is load_policies()


def test_an_amount_gets_a_new_dated_value_and_the_old_one_stays(casebook: Casebook, five):
    preview = casebook.packs.edit_param(
        "dibao_standard", Decimal("1080.5"), date(2026, 7, 1), origin="津民发〔2026〕20号", verified_on=TODAY
    )
    assert preview.valid, preview.problems
    values = preview.policies.params["dibao_standard"].values
    assert [(v.valid_from, v.value, v.status) for v in values] == [
        (date(2021, 12, 6), Decimal(1010), "text"),
        (date(2026, 7, 1), Decimal("1080.5"), "outside"),
    ]
    assert preview.policies.param("dibao_standard", date(2026, 6, 30)) == 1010
    casebook.packs.install(preview)
    later = casebook.packs.edit_param("dibao_standard", Decimal(1150), date(2027, 7, 1), origin="津民发〔2027〕3号")
    assert [v.value for v in later.policies.params["dibao_standard"].values] == [1010, Decimal("1080.5"), 1150]
    twice = casebook.packs.edit_param("dibao_standard", Decimal(1200), date(2026, 7, 1), origin="津民发〔2026〕21号")
    assert not twice.valid
    nowhere = casebook.packs.edit_param(
        "dibao_standard", Decimal(1200), date(2028, 1, 1), origin="每人每月1200元", doc="003", line=226
    )
    assert [problem.kind for problem in nowhere.problems if problem.grave] == ["no_quote"]
    with pytest.raises(NotFound):
        casebook.packs.edit_param("dibao", Decimal(1), TODAY, origin="x")


def test_the_old_standard_decides_old_cases_and_the_new_one_new_cases(casebook: Casebook, five, clock):
    casebook.facts.record("household", five.id, [FactEntry(name="income_per_capita_month", value=1050, as_of=TODAY)])
    casebook.packs.install(
        casebook.packs.edit_param("dibao_standard", Decimal(1100), date(2027, 1, 1), origin="津民发〔2026〕20号")
    )
    dibao = load_policies().by_name["最低生活保障"].id

    def outcomes(on: date) -> set[str]:
        check = casebook.eligibility.check(five.id, on=on)
        return {r.determination.outcome for r in check.results if r.service_id == dibao}

    assert outcomes(TODAY) == {"not_eligible"}
    assert outcomes(date(2027, 1, 2)) == {"unknown"}


def test_a_newer_set_of_the_program_is_preferred_and_said_so(casebook: Casebook, district: Path, monkeypatch):
    import dataclasses

    installed = casebook.packs.install(casebook.packs.preview(district)).id
    own = load_policies()
    newer = dataclasses.replace(own, hash="f" * 64)
    newer.__dict__["verified_on"] = date(2027, 6, 1)
    for place in ("models.services.policy_sets.load_policies", "models.services.packs.load_policies"):
        monkeypatch.setattr(place, lambda: newer)
    casebook._book.renew_policies()
    assert casebook.packs.policies().hash == newer.hash
    state = casebook.packs.state()
    assert state.passed_over.hash == installed
    assert "district" in state.sentence()
    casebook.packs.go_back(installed)
    assert casebook.packs.policies().hash == installed, "what the worker chose beside the newer one stays"
    assert casebook.packs.state().sentence() == ""


def test_a_set_that_cannot_be_read_leaves_the_shipped_one_and_says_so(casebook: Casebook, district: Path):
    casebook.packs.install(casebook.packs.preview(district))
    with casebook._book.writing() as connection:
        row = connection.execute(select(SETS).where(SETS.c.active.is_(True))).mappings().one()
        archive = row["archive"][:-5]
        connection.execute(update(SETS).where(SETS.c.hash == row["hash"]).values(archive=archive))
    casebook._book.renew_policies()
    assert casebook.packs.policies() is load_policies()
    assert "cannot read" in casebook.packs.state().sentence()


def test_determinations_that_are_kept_before_anything_was_installed_are_archived_once(casebook: Casebook, five):
    for _ in range(2):
        casebook.eligibility.keep(casebook.eligibility.check(five.id))
    (row,) = kept_sets(casebook)
    assert (row["signer"], row["active"]) == ("", False)
    assert set(row["pack_hashes"]) == set(load_policies().packs)
    assert Determination.from_json(json.dumps(determinations(casebook)[0]["body"])).pack_hash in set(
        row["pack_hashes"].values()
    )
