"""What may not go together: warned of only where words of a text say so, and with these words."""

from dataclasses import replace
from datetime import date

import pytest

from models.eligibility import Case, Person, Policies, decide, decide_all, explain
from models.eligibility.checking import check_files
from models.texts import speaking

from .support import policies

BOTH = Case(
    date(2025, 8, 1),
    {"dibao": True},
    (
        Person(
            "p",
            {
                "birth_date": "1940-01-01",
                "hukou_tianjin": True,
                "voluntary_admission": True,
                "days_in_institution": 40,
                "in_care_institution": False,
                "care_grade": "重",
            },
        ),
    ),
)


def flags(whole: Policies, service: str, case: Case = BOTH) -> set[str]:
    found = [said for said in decide_all(whole, case) if said.service_id == service]
    return {flag for said in found for flag in said.flags}


def without_words(whole: Policies) -> Policies:
    def mute(service):
        return replace(
            service,
            clashes=tuple(clash.model_copy(update={"source": None}) for clash in service.clashes),
            excludes=tuple(clash.model_copy(update={"source": None}) for clash in service.excludes),
        )

    return replace(whole, services={name: mute(service) for name, service in whole.services.items()})


def received(*services: str) -> Case:
    return replace(BOTH, people=(replace(BOTH.people[0], receives=frozenset(services)),))


def test_two_services_that_a_text_sets_against_each_other_are_marked():
    at_home = BOTH.people[0]
    in_a_home = replace(BOTH, people=(replace(at_home, facts={**at_home.facts, "in_care_institution": True}),))
    assert "may_clash:001-A" in flags(policies(), "S51", in_a_home)
    assert "may_clash:001-A" not in flags(policies(), "S52"), "who lives at home is not due both"
    assert "may_clash:001-A" in flags(policies(), "S52", received("001-A"))
    assert "excluded_by:S16" in flags(policies(), "S18", received("S16"))


def test_without_words_of_a_text_nobody_is_warned():
    mute = without_words(policies())
    for case in (BOTH, received("001-A", "S15", "S16", "S51", "S52", "S60", "S62")):
        assert not [f for said in decide_all(mute, case) for f in said.flags if f.startswith(("may_", "excluded_"))]


def test_every_clash_of_the_shipped_packs_has_its_words():
    services = policies().services.values()
    assert all(clash.source is not None for service in services for clash in (*service.clashes, *service.excludes))


@pytest.mark.parametrize(
    ("language", "word"),
    [("zh_CN", "可能不能与“老年人助餐服务”同时享受"), ("en", "May not go together with 老年人助餐服务")],
)
def test_the_warning_says_perhaps_and_shows_the_words(language, word):
    case = received("S52")
    told = explain(policies(), decide(policies(), case, "p", "001-A"), case, language)
    assert any(word in flag for flag in told.flags)
    assert "不含入住养老机构老年人" in [cited.quote for cited in told.quotes]


@pytest.mark.parametrize(
    ("file", "old", "new", "service", "other"),
    [
        (
            "lao.yaml",
            "line: 251, quote: 不含入住养老机构老年人",
            "line: 251, quote: 入住养老机构的不予补贴",
            "S52",
            "001-A",
        ),
        (
            "lao.yaml",
            "line: 251, quote: 不含入住养老机构老年人",
            "line: 188, quote: 不含入住养老机构老年人",
            "S52",
            "001-A",
        ),
        ("xue.yaml", "quote: 未获得国家助学金", "quote: 不得与国家助学金同时享受", "S18", "S16"),
    ],
)
def test_words_of_a_clash_that_do_not_stand_in_the_text_are_told_as_such(file, old, new, service, other):
    name = f"packs/tianjin-003-2021/services/{file}"
    content = policies().files[name].decode("utf-8")
    place = content.index(f"- service: {other}", content.index(f"- id: {service}\n"))
    changed = content[:place] + content[place:].replace(old, new, 1)
    check = check_files({**policies().files, name: changed.encode("utf-8")})
    assert not check.sound
    (told,) = [problem for problem in check.problems if problem.kind == "clash_quote"]
    assert (told.file, dict(told.facts)["service"], dict(told.facts)["other"]) == (name, service, other)
    assert new in changed.split("\n")[told.line - 1]
    with speaking("zh_CN"):
        assert service in told.what()
    assert [problem.kind for problem in check.problems if problem.grave] == ["clash_quote"]
