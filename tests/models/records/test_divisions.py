"""Finding the places of Tianjin by what a worker types."""

from collections import Counter

import pytest

from models import texts
from models.records import divisions


def names(text, **options):
    return [place.short for place in divisions.find(text, **options)]


def test_all_places_of_the_published_table_are_there():
    levels = Counter(len(code) for code in divisions._lines())
    assert levels == {6: 16, 9: 299, 12: 5617}


def test_every_place_lies_within_places_of_the_table():
    for code in divisions._lines():
        assert code[:6] in divisions._lines()
        assert code[:9] in divisions._lines()


def test_a_code_gives_the_place_with_its_parents():
    place = divisions.community("120101001001")
    assert place is not None
    assert place.name == "花园路社区居委会"
    assert place.short == "花园路社区"
    assert place.level == "community"
    assert place.parent_code == "120101001"
    assert place.full_name == "和平区劝业场街道花园路社区"
    assert place.path == "和平区 › 劝业场街道 › 花园路社区"


def test_a_code_of_another_level_or_nowhere_gives_none():
    assert divisions.district("120101001") is None
    assert divisions.street("120101") is None
    assert divisions.community("120101001") is None
    assert divisions.division("999999") is None
    assert divisions.path("999999") == "999999"


def test_districts_and_children_come_in_the_order_of_codes():
    assert [place.name for place in divisions.districts()][:3] == ["和平区", "河东区", "河西区"]
    streets = divisions.children("120101")
    assert [place.name for place in streets] == [
        "劝业场街道", "小白楼街道", "五大道街道", "新兴街道", "南营门街道", "南市街道"
    ]  # fmt: skip
    assert all(place.level == "community" for place in divisions.children("120101001"))


@pytest.mark.parametrize(
    "typed",
    ["花园路", "花园路社区", "花园路社区居委会", "hyl", "HYL", "hylsq", "huayuanlu", "hua yuan lu", "120101001001"],
)
def test_each_way_of_typing_finds_the_place_first(typed):
    assert names(typed)[0] == "花园路社区"


def test_a_part_of_the_name_finds_it_and_whole_names_come_first():
    assert names("滨海")[0] == "滨海新区"
    assert "北大港湿地自然保护区" not in names("滨海")
    assert names("劝业")[0] == "劝业场街道"


def test_earlier_words_narrow_down_the_last():
    found = divisions.find("和平 花园")
    assert {place.code[:6] for place in found} == {"120101"}
    assert {place.code[:6] for place in divisions.find("jn cqsq")} == {"120112"}
    assert [place.code for place in divisions.find("和平区 › 劝业场街道 › 花园路社区")] == ["120101001001"]


def test_a_village_is_found_and_said_without_its_committee():
    assert names("新立村")[0] == "新立村"
    assert all("委" not in name for name in names("村", within="120110001"))


def test_level_within_and_limit_are_kept():
    assert {place.level for place in divisions.find("南", level="street")} == {"street"}
    assert all(place.code.startswith("120104") for place in divisions.find("里", within="120104"))
    assert len(divisions.find("社区", limit=7)) == 7


def test_without_text_all_places_of_the_level_come():
    assert names("", level="district")[0] == "和平区"
    assert len(names("", level="community", within="120101001")) == 12


def test_a_place_read_in_two_ways_is_found_by_both():
    assert "长虹街道" in names("ch", level="street")
    assert "长虹街道" in names("zh", level="street")


def test_nothing_fits_nothing():
    assert divisions.find("qqqqqq") == []
    assert divisions.find("没有这个地方") == []


def test_the_province_of_a_number_is_said_in_both_languages():
    assert divisions.province("130102") == "Hebei"
    with texts.speaking("zh_CN"):
        assert divisions.province("130102") == "河北省"
    assert divisions.province("990000") == ""
