import hashlib
import shutil
from datetime import date
from decimal import Decimal
from importlib.resources import as_file
from pathlib import Path

import pytest

from models.eligibility import PackError, load_policies
from models.eligibility.loader import layers, shipped
from models.eligibility.nodes import Choice, Defined, Threshold
from models.eligibility.schema import WORDS

from .support import components, example_cases, leaves, policies, root

RUO = "packs/tianjin-003-2021/services/ruo.yaml"
LAO = "packs/tianjin-003-2021/services/lao.yaml"
GROUPS = {
    "幼有所育": 10,
    "学有所教": 10,
    "劳有所得": 13,
    "病有所医": 16,
    "老有所养": 8,
    "住有所居": 2,
    "弱有所扶": 22,
    "优军服务保障": 4,
    "文体服务保障": 9,
}
OFFICES_IN_THE_TEXT = {  # everywhere else the office was read into the text
    "000-12": "由各区教育行政部门统筹安排符合条件的居住证持有人随迁子女在公办学校就读",
    "001-A": "户籍所在区民政部门",
    "S28": "“12333”人力资源和社会保障电话服务",
    "S33": "线下渠道包括全市各街道党群服务中心和各家社保卡即时发卡银行网点",
    "S84": "各区退役军人事务部门每年至少组织2次退役军人专场招聘活动",
    "S88": "发动区文化馆（宫）等公共文化服务机构开展每年不少于4次少数民族文化活动",
}
UNIVERSAL_OF_THE_PLAN = (
    {"S03", "S28", "S29", "S30", "S34", "S35", "S36", "S44", "S47"} | {"S86", "S89", "S90", "S92", "S93", "S94"}
)  # fmt: skip


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packs") / "policies"
    with as_file(shipped()) as source:
        shutil.copytree(source, folder)
    return folder


@pytest.fixture
def change(original, tmp_path):
    """Copy the shipped packs with one passage of one file changed; says the line on which the passage began."""

    def changed(file: str, old: str, new: str) -> tuple[Path, int]:
        folder = tmp_path / "policies"
        shutil.copytree(original, folder)
        path = folder.joinpath(*file.split("/"))
        text = path.read_text(encoding="utf-8")
        assert text.count(old) >= 1
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder, text[: text.index(old)].count("\n") + 1

    return changed


def test_all_94_services_of_the_plan_are_there_under_their_printed_names():
    services = [service for service in policies().services.values() if service.id.startswith("S")]
    assert {group: sum(s.group == group for s in services) for group in GROUPS} == GROUPS
    lines = policies().texts["003_73b32919f6322f6e.txt"].split("\n")
    listed = {name: line for line in lines[106:115] for name in [line.split("\t")[0]]}
    for service in services:
        assert service.name in listed[service.group]
        assert lines[service.line - 1].split("\t")[0].strip() in (service.name, "")


def test_every_row_about_the_measures_has_a_rule_or_is_universal():
    rows = {s.id for s in policies().services.values()} | {
        c.row for s in policies().services.values() for c in s.components
    }
    assert {"001-A1", "001-A2", "000-08", "000-12", "000-14b", "000-16a", "002-7", "004-8b"} <= rows
    assert len([row for row in rows if row and row != "001-A"]) == 154


def test_universal_services_are_exactly_those_for_everybody():
    universal = {service.id for service in policies().services.values() if service.universal}
    assert {service for service in universal if service.startswith("S")} == UNIVERSAL_OF_THE_PLAN
    assert all(c.rules[0].node is None for s in universal for c in policies().services[s].components)


def test_every_quotation_stands_word_for_word_in_the_stored_text_of_that_hash():
    texts = policies().texts
    with as_file(shipped()) as folder:
        for pack in policies().packs.values():
            stored = (folder / "texts" / pack.file).read_bytes()
            given = (folder / "packs" / pack.id / "pack.yaml").read_text(encoding="utf-8")
            assert hashlib.sha256(stored).hexdigest() in given
    cited = 0
    for service in policies().services.values():
        for part in service.components:
            for rule in part.rules:
                assert rule.citations
                for citation in rule.citations:
                    assert citation.quote in texts[citation.file]
                    cited += 1
    assert cited > 250
    for service, component in components():
        for _, leaf in leaves(root(service, component)):
            source = leaf.condition.source
            if source is not None:
                assert any(source.quote in text for text in texts.values())


def test_every_leaf_rests_on_words_of_the_text_or_says_that_it_was_read_into_it():
    bare = [
        (service, leaf.condition) for service, component in components() for leaf in _bare(root(service, component))
    ]
    assert bare == []


def _bare(node):
    """Leaves that neither carry words, nor stand below a node that does, nor are marked, nor belong to a term."""
    if node.condition.source or node.condition.status != "text" or isinstance(node, Defined):
        return
    if isinstance(node, (Choice, Threshold)):
        yield node
    for child in node.children():
        yield from _bare(child)


def test_every_fact_is_asked_and_explained_in_both_languages():
    for fact in policies().facts.values():
        assert fact.question_zh
        assert fact.question_en
        assert fact.why_zh
        assert fact.why_en
        for spoken in (fact.zh, fact.en):
            assert (spoken.holds and spoken.fails) if fact.type == "bool" else spoken.label
        if fact.type == "enum":
            assert set(fact.en.values) == set(fact.domain)
        if fact.sensitive:
            assert fact.ask in ("never", "agency")


def test_every_service_says_where_to_apply_what_to_bring_and_whether_that_is_in_the_text():
    named = set()
    for service in policies().services.values():
        assert service.apply_at.zh
        assert service.apply_at.en
        assert service.documents.zh
        assert len(service.documents.zh) == len(service.documents.en)
        assert {service.apply_at.status, service.documents.status} <= {"text", "interpreted"}
        assert service.name_en
        if service.apply_at.status == "text":
            named.add(service.id)
    assert named == set(OFFICES_IN_THE_TEXT)
    for service, words in OFFICES_IN_THE_TEXT.items():
        assert words in policies().texts[policies().services[service].pack.file]


def test_words_of_comparison_include_or_exclude_the_number_as_the_civil_code_says():
    assert {word for word, sign in WORDS.items() if "=" not in sign} == {"高于", "超过", "低于", "不满", "未满"}
    assert all(WORDS[word] == ">=" for word in ("以上", "及以上", "满", "年满", "不低于"))
    assert all(WORDS[word] == "<=" for word in ("以下", "以内", "内", "不超过"))


def test_1515_is_derived_from_the_standard_and_follows_it(change):
    assert policies().param("low_income_ceiling", date(2025, 1, 1)) == Decimal("1515")
    later = "    - valid_from: 2027-01-01\n      value: 1100\n      last_verified_on: 2027-01-02\n      source: "
    quote = '{doc: "003", line: 226, quote: 今后动态调整}\n'
    folder, _ = change("params.yaml", "      value: 1010\n", "      valid_to: 2026-12-31\n      value: 1010\n")
    path = folder / "params.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("low_income_ceiling:", later + quote + "low_income_ceiling:"), encoding="utf-8")
    raised = load_policies(folder)
    assert raised.param("low_income_ceiling", date(2026, 12, 31)) == Decimal("1515")
    assert raised.param("low_income_ceiling", date(2027, 1, 1)) == Decimal("1650")
    assert raised.hash != policies().hash


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        (RUO, "already: {fact: dibao", "allready: {fact: dibao", "unknown key: "),
        (RUO, "{fact: assets_within_rules, is", "{fact: asset_rules, is", "no such fact: asset_rules"),
        (RUO, "{term: 成年,", "{term: 大人,", "no such term: 大人"),
        (RUO, "{fact: legal_aid_econ, is: true,", "{fact: legal_aid_econ, is: 1,", "outside the domain"),
        (
            RUO,
            "quote: 家庭人均收入低于最低生活保障标准",
            "quote: 家庭人均收入不高于最低生活保障标准",
            "does not hold the words",
        ),
        (RUO, "word: 低于, param: dibao_standard", "word: 低于, param: dibao", "no such parameter"),
        (RUO, "word: 低于, param: dibao_standard", "word: 少于, param: dibao_standard", "no such word"),
        (RUO, "office: street_relief", "office: somewhere", "no such office"),
        (RUO, "{fact: hukou_tianjin, is: true,", "{fact: hukou_tianjin, is: true, in: [true],", "exactly one of"),
        (LAO, "word: 及以上, value: 65, source", "value: 65, source", "needs a word"),
        (LAO, "- id: S51\n", "- id: S50\n", "defined twice"),
        ("params.yaml", "      last_verified_on: 2026-11-22\n", "", "Field required"),
        (
            "params.yaml",
            '      source: {doc: "003", line: 226',
            '      source: {doc: "003", line: 227',
            "does not hold",
        ),
        ("params.yaml", "{param: dibao_standard}", "{param: low_income_ceiling}", "cannot be derived"),
        ("terms.yaml", "when: {fact: disability_category, not_in: [无]}", "when: {term: 残疾人}", "in a circle"),
        ("facts.yaml", "    why: age\n", "    why: curiosity\n", "no such why"),
        ("facts.yaml", "- {fact: hukou_tianjin, in", "- {fact: hukou, in", "no such fact: hukou"),
        ("packs/tianjin-003-2021/pack.yaml", 'doc: "003"', 'doc: "003"\npages: 9', "unknown key: pages"),
        (
            "texts/003_73b32919f6322f6e.txt",
            "每人每月1010元",
            "每人每月1100元",
            "not the one this pack was written from",
        ),
        ("documents.yaml", "id_card: {", "id_card {", "no YAML"),
    ],
)
def test_a_bad_pack_is_refused_with_file_and_line(change, file, old, new, problem):
    folder, line = change(file, old, new)
    with pytest.raises(PackError, match=problem) as refused:
        load_policies(folder)
    if not file.startswith("texts/"):
        assert refused.value.file == file
        assert refused.value.line > 0
        assert abs(refused.value.line - line) <= 40
    assert str(refused.value).startswith(f"{refused.value.file}:{refused.value.line}: ")


def test_an_unknown_key_is_refused_on_its_very_line(change):
    folder, line = change(RUO, "already: {fact: dibao", "allready: {fact: dibao")
    with pytest.raises(PackError) as refused:
        load_policies(folder)
    assert (refused.value.file, refused.value.line) == (RUO, line)


VERSIONS = """  versions:
    - {{valid_from: 2021-01-01, valid_to: {end}, when: {when}}}
    - {{valid_from: 2024-01-01, when: {when}, amount: [{{amount: 1, per: {{zh: 每人, en: a person}}}}]}}
"""


def test_versions_of_a_service_are_chosen_by_date_and_may_not_overlap(change):
    from models.eligibility import Case, Person, decide

    when = "{fact: disaster_affected, is: true, source: {line: 235, quote: 遭受自然灾害、基本生活受到影响的人员}}"
    folder, _ = change(RUO, f"  when: {when}\n", VERSIONS.format(end="2023-12-31", when=when))
    versions = load_policies(folder)
    person = (Person("p1", {"disaster_affected": True}),)
    amounts = [
        decide(versions, Case(day, {}, person), "p1", "S65").amount
        for day in (date(2023, 12, 31), date(2024, 1, 1), date(2030, 1, 1))
    ]
    assert [amount and amount.number for amount in amounts] == [None, 1, 1]
    path = folder.joinpath(*RUO.split("/"))
    path.write_text(path.read_text(encoding="utf-8").replace("2023-12-31", "2024-01-01"), encoding="utf-8")
    with pytest.raises(PackError, match="versions overlap on 2024-01-01"):
        load_policies(folder)


def test_exclusions_run_in_layers_and_a_circle_is_refused():
    assert layers({"a": ["b"], "b": ["c"], "c": []}) == ["c", "b", "a"]
    with pytest.raises(PackError, match="a → b → a"):
        layers({"a": ["b"], "b": ["a"]})


def test_the_hash_follows_rules_and_not_the_cases_or_the_wording(change, original):
    assert load_policies(original).hash == policies().hash
    folder, _ = change("wording.yaml", "可能符合", "大概符合")
    assert load_policies(folder).hash == policies().hash


def test_wording_has_the_same_keys_and_places_in_both_languages():
    zh, en = policies().wording["zh_CN"], policies().wording["en"]
    assert set(zh) == set(en)
    assert set(policies().wording) == {"zh_CN", "en"}


def test_the_example_cases_are_all_of_shipped_services():
    assert {case["service"] for case in example_cases()} <= set(policies().by_name)
