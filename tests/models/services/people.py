"""Invented people for the service tests."""

from datetime import date

from models.records.fact import FactEntry
from models.records.household import DwellingEntry, HouseholdEntry, MemberEntry
from models.records.resident import DocumentEntry, PhoneEntry, ResidentEntry

HOME = DwellingEntry(community_code="120101001001", street_line="鞍山道12号", building="3", unit="2", door="501")


def person(name: str = "李建国", born: date | None = date(1950, 3, 8), sex: str = "1", **more: object) -> ResidentEntry:
    return ResidentEntry(name=name, birth_date=born, sex=sex, **more)


def five_people() -> HouseholdEntry:
    """Grandparents, parents and a child who came from Hebei."""
    newcomer = (
        FactEntry(name="hukou_tianjin", value=False),
        FactEntry(name="resident_urban_tianjin", value=True),
        FactEntry(name="residence_permit", value=True, good_until=date(2026, 12, 10)),
    )
    local = (FactEntry(name="hukou_tianjin", value=True), FactEntry(name="resident_urban_tianjin", value=True))
    return HouseholdEntry(
        dwelling=HOME,
        members=(
            MemberEntry(
                resident=person(
                    documents=(DocumentEntry(kind="resident_card", number="11010519491231002X", seen=True),),
                    phones=(PhoneEntry(number="13820001234", whose="own"),),
                    marital_status="20",
                    facts=local,
                ),
                relation="0",
            ),
            MemberEntry(resident=person("王秀英", date(1952, 6, 1), "2", facts=local), relation="1"),
            MemberEntry(resident=person("李伟", date(1985, 1, 2), facts=newcomer), relation="2"),
            MemberEntry(resident=person("单芳", date(1987, 5, 6), "2", facts=newcomer), relation="8"),
            MemberEntry(resident=person("李𬱖", date(2018, 9, 1), "2"), relation="4"),
        ),
        since=date(2024, 1, 1),
        facts=(FactEntry(name="dibao", value=True, as_of=date(2026, 1, 1)),),
    )
