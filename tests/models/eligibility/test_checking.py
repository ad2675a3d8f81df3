"""A check finds everything that is wrong with a set of packs, and nothing hostile stops it."""

from pathlib import Path

import pytest

from models import texts
from models.eligibility import load_policies
from models.eligibility.checking import check_files, check_folder, check_packs
from models.eligibility.packset import lay_over, read_pack
from models.eligibility.problems import _SENTENCES, PackProblem

from .district import PARAMS, write_pack

OWN = "packs/district-2027/services/old.yaml"
FILES = dict(load_policies().files)
BARE = {name: content for name, content in FILES.items() if "/cases/" not in name}
"""The shipped set without its cases, which take most of the time of a check."""


def kinds(changed: dict[str, str | bytes], *, grave: bool = True) -> list[tuple[str, int, str]]:
    """(file, line, kind) of the problems of the shipped set with some files changed."""
    files = {**BARE, **{k: v.encode() if isinstance(v, str) else v for k, v in changed.items()}}
    return [(p.file, p.line, p.kind) for p in check_files(files).problems if p.grave == grave]


@pytest.fixture
def district(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "district")


def edited(folder: Path, name: str, old: str, new: str) -> Path:
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return folder


def found(folder: Path) -> set[tuple[str, int, str]]:
    return {(p.file.rpartition("/")[2], p.line, p.kind) for p in check_packs(folder, BARE)[1] if p.grave}


def test_the_shipped_set_is_sound_and_all_its_cases_come_out_as_they_say():
    check = check_files(FILES)
    assert [problem for problem in check.problems if problem.grave] == []
    assert check.policies is not None
    assert check.policies.hash == load_policies().hash
    assert (check.counts.services, check.failed) == (len(load_policies().services), 0)
    assert check.counts.text > 5 * (check.counts.interpreted + check.counts.outside)
    assert check.counts.quotes > 500
    assert check.counts.cases == len(load_policies().cases) > 300


def test_a_single_pack_is_laid_over_the_shipped_set_without_touching_the_rest(district: Path):
    check = check_folder(district)
    assert [problem for problem in check.problems if problem.grave] == []
    policies = check.policies
    assert set(policies.services) - set(load_policies().services) == {"D-1"}
    assert policies.services["D-1"].apply_at.zh == "区民政局社会救助科"
    values = policies.params["dibao_standard"].values
    assert [str(value.value) for value in values] == ["1010", "1100"]
    assert values[0].valid_to.isoformat() == "2026-12-31"
    assert {name: check.files[name] for name in FILES} == FILES


def test_every_problem_is_found_at_once_each_on_its_line(district: Path):
    edited(district, "services/old.yaml", "hukou_tianjin, is: true", "hukou, is: true")
    edited(district, "services/old.yaml", "quote: 年满80周岁", "quote: 年满八十周岁")
    edited(district, "services/old.yaml", "office: district_relief", "office: nowhere")
    edited(district, "services/old.yaml", "items: [id_card]", "items: [id_card, ticket]")
    edited(district, "services/old.yaml", "standard: 每人每月发放", "standard: 每人每年发放")
    edited(district, "params.yaml", "value: 1100", "valeu: 1100")
    edited(district, "pack.yaml", "dated: 2026-12-01", "dated: 1 December")
    edited(district, "offices.yaml", ", en: relief", ", eng: relief")
    edited(district, "cases/old.yaml", "expect: 符合", "expect: 也许")
    problems = found(district)
    assert problems >= {
        ("params.yaml", 4, "unknown_key"),
        ("params.yaml", 3, "missing_key"),
        ("pack.yaml", 7, "wrong_shape"),
        ("offices.yaml", 1, "unknown_key"),
        ("offices.yaml", 1, "missing_key"),
    }
    edited(district, "pack.yaml", "dated: 1 December", "dated: 2026-12-01")
    assert found(district) >= {
        ("old.yaml", 12, "no_fact"),
        ("old.yaml", 13, "no_quote"),
        ("old.yaml", 8, "no_office"),
        ("old.yaml", 9, "no_paper"),
        ("old.yaml", 7, "no_quote"),
        ("old.yaml", 6, "wrong_choice"),
    }


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        ("services/old.yaml", "value: 80", "value: 800", ("old.yaml", 13, "years")),
        ("services/old.yaml", "value: 80", "value: 1.e+99", ("old.yaml", 13, "wrong_number")),
        ("services/old.yaml", "word: 年满", "word: 大约", ("old.yaml", 13, "no_word")),
        ("services/old.yaml", "age: birth_date", "age: hukou_tianjin", ("old.yaml", 13, "no_date")),
        ("services/old.yaml", "is: true, source", "is: 是, source", ("old.yaml", 12, "outside_domain")),
        ("services/old.yaml", "  group: 老有所养\n", "", ("old.yaml", 1, "missing_key")),
        ("services/old.yaml", "  line: 3\n", "  line: 3\n  line: 4\n", ("old.yaml", 6, "duplicate_key")),
        ("services/old.yaml", "id: D-1", "id: S50", ("lao.yaml", None, "twice")),
        ("services/old.yaml", "name: 高龄关爱补贴", "name: 关爱补贴金", ("old.yaml", 2, "name_not_printed")),
        ("services/old.yaml", "amount: [{", "amount: [{none: true, ", ("old.yaml", 14, "none_has_none")),
        ("pack.yaml", "id: district-2027", "id: district-2028", None),
        ("pack.yaml", 'doc: "district-2027"', 'doc: "003"', ("pack.yaml", None, "twice")),
        ("pack.yaml", "text: district-2027.txt", "text: other.txt", ("pack.yaml", 10, "no_text")),
        ("district-2027.txt", "200元", "300元", ("pack.yaml", 11, "other_text")),
        ("params.yaml", "valid_from: 2027-01-01", "valid_from: 2021-12-06", ("params.yaml", 3, "overwritten")),
        ("params.yaml", "dibao_standard:", "dibao:", ("params.yaml", 1, "no_param")),
        ("params.yaml", "dibao_standard:", "low_income_ceiling:", ("params.yaml", 1, "no_derived_value")),
        ("params.yaml", "      last_verified_on: 2026-12-02\n", "", ("params.yaml", 3, "missing_key")),
        ("params.yaml", "1100元}", "1200元}", ("params.yaml", 6, "no_quote")),
        ("offices.yaml", "district_relief:", "street_relief:", ("offices.yaml", 1, "redefined")),
        ("cases/old.yaml", "amount: 200", "amount: 300", ("old.yaml", 1, "case_differs")),
        ("cases/old.yaml", "hukou_tianjin: true}", "hukou_tianjin: maybe}", ("old.yaml", 1, "case_fails")),
        ("cases/old.yaml", "service: 高龄关爱补贴", "service: 高龄补贴", ("old.yaml", 1, "case_service")),
        ("cases/old.yaml", "applicant: p1", "applicant: p9", ("old.yaml", 5, "case_applicant")),
        ("cases/old.yaml", "day: 2027-03-01", "day: 2027-13-01", ("old.yaml", 3, "bad_value")),
    ],
)
def test_each_kind_of_mistake_is_told_where_it_stands(district: Path, name: str, old: str, new: str, problem):
    problems = found(edited(district, name, old, new))
    if problem is None:
        assert problems == set(), "the folder of a single pack may be called anything"
        return
    file, line, kind = problem
    assert any((f, k) == (file, kind) and line in (None, at) for f, at, k in problems), problems


def test_conditions_and_amounts_that_decide_nothing_are_told(district: Path):
    leaf = "      - {age: birth_date, word: 年满, value: 80, source: {line: 3, quote: 年满80周岁}}\n"
    never = "      - {age: birth_date, word: 不满, value: 60, source: {line: 3, quote: 年满80周岁}}\n"
    edited(district, "services/old.yaml", leaf, leaf + never)
    assert ("old.yaml", 1, "impossible") in found(district)
    idle = "      - any: [{fact: dibao, is: true, status: outside}, {fact: dibao, is: false, status: outside}]\n"
    edited(district, "services/old.yaml", never, idle)
    notes = {(p.line, p.kind, dict(p.facts).get("fact")) for p in check_packs(district, BARE)[1] if p.file == OWN}
    assert (1, "dead", "dibao") in notes
    edited(district, "services/old.yaml", idle, "")
    amount = "  amount: [{amount: 200, per: {zh: 每人每月, en: a person and month}}]\n"
    twice = "  amount:\n" + "".join(
        f"    - {{{when}amount: {n}, per: {{zh: 每人每月, en: a person and month}}}}\n"
        for n, when in ((200, "when: {age: birth_date, word: 年满, value: 70}, "), (300, ""))
    )
    edited(district, "services/old.yaml", amount, twice)
    assert ("old.yaml", 16, "amount_unreached") in found(district)


def test_an_older_version_is_not_laid_over_a_newer_one(tmp_path: Path):
    newer = write_pack(tmp_path / "newer", verified="2027-06-01")
    base = lay_over(BARE, read_pack(newer, lambda problem: pytest.fail(str(problem))))
    older = write_pack(tmp_path / "older", verified="2026-12-02")
    assert "older_pack" in {problem.kind for problem in check_packs(older, base)[1]}
    later = write_pack(tmp_path / "later", verified="2027-07-01", amount=210)
    edited(later, "cases/old.yaml", "amount: 200", "amount: 210")
    policies, problems = check_packs(later, base)
    assert [problem for problem in problems if problem.grave] == []
    assert sum(name.startswith("packs/district-2027/") for name in policies.files) == 5
    assert policies.services["D-1"].components[0].rules[0].amounts[0][1].amount.number == 210


def test_a_pack_takes_the_place_of_the_one_it_supersedes(tmp_path: Path, district: Path):
    base = lay_over(BARE, read_pack(district, lambda problem: pytest.fail(str(problem))))
    next_year = write_pack(tmp_path / "next", identity="district-2028", verified="2027-12-01")
    assert "twice" in {problem.kind for problem in check_packs(next_year, base)[1]}
    edited(next_year, "pack.yaml", "dated:", "supersedes: district-2027\ndated:")
    policies, problems = check_packs(next_year, base)
    assert [problem for problem in problems if problem.grave] == []
    assert "district-2027" not in policies.packs
    assert "texts/district-2027.txt" not in policies.files


def test_a_file_that_would_silently_not_be_read_is_told(district: Path):
    (district / "services" / "more.yml").write_text("- id: D-2\n", "utf-8")
    (district / "README.md").write_text("notes", "utf-8")
    (district / ".hidden").write_text("notes", "utf-8")
    assert {(name, kind) for name, _line, kind in found(district)} == {("more.yml", "stray_file")}


def test_links_and_huge_files_are_not_followed(district: Path, tmp_path: Path):
    secret = tmp_path / "secret.yaml"
    secret.write_text("- id: D-2\n", "utf-8")
    (district / "services" / "link.yaml").symlink_to(secret)
    (district / "linked").symlink_to(tmp_path, target_is_directory=True)
    (district / "terms.yaml").write_text("#" * (1024 * 1024 + 1), "utf-8")
    problems = {(p.file.rpartition("/")[2], p.kind) for p in check_packs(district, BARE)[1]}
    assert {("link.yaml", "link"), ("linked", "link"), ("terms.yaml", "file_too_large")} <= problems


BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{', '.join(['*' + old] * 10)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (BOMB, "too_many"),
        ("a: &a [*a]\n", "loop"),
        ("[" * 50_000, "too_deep"),
        ("{a: " * 50_000, "too_deep"),
        ("- " * 50_000 + "x", "too_deep"),
        ("".join(f"k{n}: {{zh: a, en: b}}\n" for n in range(40_000)), "too_many"),
        ("a: !!python/object/apply:os.system [ls]\n", "no_tags"),
        ("a: !!binary aGVsbG8=\n", "no_tags"),
        ("<<: {a: b}\n", "no_tags"),
        (b"\xff\xfea\x00", "not_utf8"),
        (b"a: \x00\n", "no_yaml"),
        ("a: [1, 2\nb: }", "no_yaml"),
        ("a: b\n---\nc: d\n", "no_yaml"),
        ("? [1, 2]\n: x\n", "bad_value"),
        ("a: 2026-02-31\n", "bad_value"),
        ("a: " + "9" * 5000 + "\n", "bad_value"),
        ("- a\n- b\n", "no_names"),
        ("1: {zh: a, en: b}\n", "no_names"),
        ("just words\n", "no_names"),
        ("a: {zh: a, en: b}\na: {zh: c, en: d}\n", "duplicate_key"),
        ("a: {zh: [1], en: b}\n", "wrong_shape"),
    ],
)
def test_hostile_yaml_is_told(content, kind: str):
    problems = kinds({"documents.yaml": content})
    assert ("documents.yaml", kind) in {(file, found_kind) for file, _line, found_kind in problems}, problems[:3]


def test_terms_that_grow_without_end_are_refused():
    grown = "".join(
        f"t{n}: {{when: {{all: [{{term: t{n - 1}}}, {{term: t{n - 1}}}]}}, status: outside, zh: a, en: b, reading: c}}"
        "\n"
        for n in range(1, 60)
    )
    base = "t0: {when: {fact: dibao, is: true}, status: outside, zh: a, en: b, reading: c}\n"
    problems = kinds({"packs/tianjin-003-2021/terms.yaml": base + grown})
    assert {kind for _file, _line, kind in problems} == {"too_complex"}


def test_parameters_that_grow_without_end_are_refused():
    grown = "".join(
        f"p{n}: {{zh: a, en: b, derived: {{times: [{{param: p{n - 1}}}, {{param: p{n - 1}}}]}}, "
        'source: {doc: "003", line: 228, quote: 低于低保标准150%}}\n'
        for n in range(1, 60)
    )
    params = FILES["params.yaml"].decode().replace("low_income_ceiling:", "p0:", 1) + "\n" + grown
    problems = kinds({"params.yaml": params})
    assert "not_derived" in {kind for _file, _line, kind in problems}


def test_a_missing_shared_file_is_told_and_the_rest_is_still_checked():
    files = {name: content for name, content in FILES.items() if name != "terms.yaml"}
    problems = {(p.file, p.kind) for p in check_files(files).problems if p.grave}
    assert ("terms.yaml", "missing_file") in problems
    assert any(kind == "no_term" for _file, kind in problems)


def test_an_empty_folder_is_told_and_nothing_breaks(tmp_path: Path):
    policies, problems = check_packs(tmp_path)
    assert policies is None
    assert {"missing_file"} == {problem.kind for problem in problems}


def test_every_problem_has_its_sentence_and_its_remedy_in_both_languages():
    for kind, (what, remedy) in _SENTENCES.items():
        import string

        names = {name for _t, name, _s, _c in string.Formatter().parse(what + remedy) if name}
        problem = PackProblem("a.yaml", 3, kind, tuple((name, "x") for name in sorted(names)))
        for spoken in ("en", "zh_CN"):
            with texts.speaking(spoken):
                assert problem.what()
                assert problem.remedy()
        assert str(problem).startswith("a.yaml:3: ")


def test_params_of_a_pack_need_what_the_shared_ones_need(district: Path):
    (district / "params.yaml").write_text(
        PARAMS.replace("{line: 4, quote: 调整为每人每月1100元}", "{quote: ''}"), "utf-8"
    )
    assert ("params.yaml", 3, "no_origin") in found(district)


def test_a_pack_without_services_may_do_without_a_text(tmp_path: Path):
    folder = tmp_path / "values"
    folder.mkdir()
    said = {"id": "values-2027", "title": "区里的数值", "title_en": "values", "issuer": "某区"}
    said |= {"dated": "2027-01-01", "valid_from": "2027-01-01", "last_verified_on": "2027-01-02"}
    (folder / "pack.yaml").write_text("".join(f"{key}: {value}\n" for key, value in said.items()), "utf-8")
    outside = PARAMS.replace(
        "source: {line: 4, quote: 调整为每人每月1100元}", "status: outside\n      source: {quote: 津民发〔2026〕20号}"
    )
    (folder / "params.yaml").write_text(outside, "utf-8")
    policies, problems = check_packs(folder, BARE)
    assert [problem for problem in problems if problem.grave] == []
    assert [value.status for value in policies.params["dibao_standard"].values] == ["text", "outside"]
    (folder / "params.yaml").write_text(PARAMS, "utf-8")
    assert ("params.yaml", 6, "no_doc") in found(folder)
