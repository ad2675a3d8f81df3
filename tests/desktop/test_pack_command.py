"""The pack commands, as a rule writer runs them."""

import io
import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from desktop import pack_command
from models import texts
from models.eligibility import load_policies
from tests.conftest import PASSPHRASE
from tests.models.eligibility.district import write_pack

LATER = "2027-02-01"


@pytest.fixture(autouse=True)
def in_english(monkeypatch):
    monkeypatch.setenv("JINMEN_LANGUAGE", "en")
    monkeypatch.setenv("JINMEN_PASSPHRASE", PASSPHRASE)


@pytest.fixture
def district(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "district")


def run(*arguments: object) -> tuple[int, list[str]]:
    out = io.StringIO()
    code = pack_command.main([str(argument) for argument in arguments], out)
    return code, out.getvalue().splitlines()


def household(identity: str, birth: str, **facts: object) -> dict:
    return {
        "id": identity,
        "date": LATER,
        "household": {
            "facts": facts,
            "members": [{"id": "p1", "role": "applicant", "facts": {"birth_date": birth, "hukou_tianjin": True}}],
        },
        "applicant": "p1",
        "service": "最低生活保障",
    }


def test_a_sound_pack_is_said_to_be_sound_with_its_counts(district: Path):
    code, lines = run("check", district)
    assert code == 0
    assert lines[-1] == "No problems."
    assert f"{len(load_policies().services) + 1} services" in lines[-3]
    assert "interpreted" in lines[-3]
    assert lines[-2].endswith("0 came out differently.")


def test_every_problem_is_printed_with_the_writers_own_file_and_line(district: Path):
    rules = district / "services" / "old.yaml"
    text = rules.read_text("utf-8")
    rules.write_text(text.replace("hukou_tianjin", "hukou").replace("office: district", "office: nowhere"), "utf-8")
    code, lines = run("check", district)
    assert code == 1
    assert "services/old.yaml:12: no such fact: hukou" in lines
    assert "services/old.yaml:8: no such office: nowhere_relief" in lines
    assert "    Correct the name, or define the fact in facts.yaml." in lines
    assert lines[-1] == "2 problems."


def test_the_problems_are_told_in_chinese_too(district: Path, monkeypatch):
    rules = district / "services" / "old.yaml"
    rules.write_text(rules.read_text("utf-8").replace("hukou_tianjin", "hukou"), "utf-8")
    monkeypatch.setenv("JINMEN_LANGUAGE", "zh_CN")
    _code, _lines = run("check", district)
    assert texts.language() == "zh_CN"


def test_who_gains_and_loses_is_named_for_a_file_of_cases(district: Path, tmp_path: Path):
    cases = tmp_path / "cases.json"
    known = {"income_per_capita_month": 1050, "assets_within_rules": True}
    said = [household("old", "1940-01-01"), household("young", "1990-01-01"), household("poor", "1990-01-01", **known)]
    cases.write_text(json.dumps({"cases": said}), "utf-8")
    code, lines = run("diff", "shipped", district, cases)
    assert code == 0
    assert "+ D-1 Allowance of care for the very old" in lines
    assert "dibao standard from 2027-01-01: 1010 → 1100 元" in lines
    assert "On 2027-02-01, 3 residents in 3 households:" in lines
    dibao = load_policies().by_name["最低生活保障"].id
    assert "old p1: D-1: gain: none → eligible" in lines
    assert [line for line in lines if line.startswith("young")] == []
    assert any(line.startswith(("poor: " + dibao, "poor p1: " + dibao)) for line in lines)
    code, backwards = run("diff", district, "shipped", cases)
    assert code == 0
    assert "old p1: D-1: lose: eligible → none" in backwards
    code, earlier = run("diff", "shipped", district, cases, "--date", "2026-12-31")
    assert "On 2026-12-31, 3 residents in 3 households:" in earlier
    assert not any(line.startswith("poor") for line in earlier)


def test_an_invented_register_serves_too_and_the_same_sets_change_nothing(district: Path):
    code, lines = run("diff", "shipped", district, "sample:60", "--date", LATER)
    assert code == 0
    assert any(line.startswith("D-1 Allowance of care for the very old: gain ") for line in lines)
    code, lines = run("diff", "shipped", "shipped", "sample:20", "--date", LATER)
    assert "The rules are the same." in lines
    assert "Nobody's result changes." in lines


def test_a_casebook_is_a_register(district: Path, casebook_folder: Path, clock):
    from models.casebook import Casebook
    from tests.models.services.people import five_people

    book = Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    book.households.register(five_people())
    book.close()
    (district / "cases" / "old.yaml").unlink()
    rules = district / "services" / "old.yaml"
    rules.write_text(rules.read_text("utf-8").replace("value: 80", "value: 70"), "utf-8")
    code, lines = run("diff", "shipped", district, casebook_folder, "--date", "2026-11-22")
    assert code == 0
    assert "On 2026-11-22, 5 residents in 1 households:" in lines
    assert "D-1 Allowance of care for the very old: gain 2" in lines
    assert not any("李" in line for line in lines), "nobody is named"


def test_a_pack_is_signed_shown_and_compared(district: Path, tmp_path: Path):
    key, out = tmp_path / "office.key", tmp_path / "district.jmpack"
    code, made = run("key", key, "--name", "天津市某某区民政局")
    assert code == 0
    assert PASSPHRASE not in key.read_text("utf-8")
    code, lines = run("sign", district, out, "--key", key, "--title", "某某区 2027", "--notes", "低保标准提高")
    assert code == 0
    assert lines[-1] == made[-1], "the same fingerprint"
    code, shown = run("show", out)
    assert code == 0
    assert shown[0] == "某某区 2027"
    assert "Issued by: 天津市某某区民政局" in shown
    assert "低保标准提高" in shown
    assert "+ D-1 Allowance of care for the very old" in shown
    assert run("check", out)[0] == 0
    code, lines = run("diff", out, district, "sample:20", "--date", LATER)
    assert "The rules are the same." in lines
    assert run("sign", district, out, "--key", key, "--title", "again")[0] == 2, "never over a file that is there"


def test_what_cannot_be_done_is_said_in_a_sentence(district: Path, tmp_path: Path, capsys, monkeypatch):
    key = tmp_path / "office.key"
    run("key", key)
    assert run("key", key)[0] == 2, "a key is never written over"
    broken = tmp_path / "broken.jmpack"
    broken.write_bytes(b"JINMEN-PACK 1\n{}\n")
    for arguments in (
        ("show", broken),
        ("show", tmp_path / "nothing.jmpack"),
        ("check", tmp_path / "nowhere"),
        ("diff", "shipped", district, "sample:many"),
        ("diff", "shipped", district, "sample:0"),
        ("diff", "shipped", district, tmp_path),
        ("diff", "shipped", district, broken),
        ("sign", district, tmp_path / "no" / "folder.jmpack", "--key", key, "--title", "x"),
    ):
        capsys.readouterr()
        assert run(*arguments)[0] == 2, arguments
        said = capsys.readouterr().err
        assert said.count("\n") == 1, said
        assert "Traceback" not in said
    monkeypatch.setenv("JINMEN_PASSPHRASE", "another passphrase entirely")
    assert run("sign", district, tmp_path / "x.jmpack", "--key", key, "--title", "x")[0] == 2
    assert run("frobnicate")[0] == 2
    assert run("-h")[0] == 0


def test_rules_with_problems_are_not_signed(district: Path, tmp_path: Path, capsys):
    key = tmp_path / "office.key"
    run("key", key)
    shutil.rmtree(district / "services")
    (district / "services").mkdir()
    code, _lines = run("sign", district, tmp_path / "x.jmpack", "--key", key, "--title", "x")
    assert code == 1, "the pack's cases ask for a service that is not there"
    assert not (tmp_path / "x.jmpack").exists()


def test_invented_households_are_the_same_for_the_same_number():
    first, second = (dict(pack_command.sample_cases(30, date(2026, 1, 1), [load_policies()])) for _ in range(2))
    assert first == second
    assert sum(len(case.people) for case in first.values()) >= 30
