"""Residents are found by everything people type for them, best first, on both engines alike."""

import subprocess
import sys

import pytest
from sqlalchemy import func, select, text

from models.store.engine import Engines
from models.store.search import KEYS, Key, find, keys_for_resident, name_keys, write_keys

CODE = "120101001001"  # 花园路社区 in 和平区

PEOPLE = {
    "wang-xiuying": {
        "names": ["王秀英"],
        "numbers": ["120101195203081234"],
        "phones": ["+8613800134471"],
        "community_code": CODE,
        "address": ["西康路赛顿中心", "3号楼", "2单元", "501室"],
    },
    "wang-xiu": {"names": ["王秀"], "phones": ["+862227111234"], "address": ["新疆路12号", "8", "", "0302"]},
    "wang-wei": {"names": ["王伟"], "address": ["贵州路", "A座", "", "1201"], "community_code": CODE},
    "zhang-xiuying": {"names": ["张秀英", "王秀英"], "numbers": ["12010119600101002X"]},
    "zeng": {"names": ["曾乐"]},
    "ouyang": {"names": ["欧阳娜娜"]},
    "lv": {"names": ["吕绿珠"]},
    "shan": {"names": ["单重阳"]},
    "mai": {"names": ["买买提·艾山江"]},
    "maria": {"names": ["Maria del Carmen"], "numbers": ["E12345678"]},
    "yi": {"names": ["一"]},
    "rare": {"names": ["李𬭎"]},
}


@pytest.fixture
def register(engines: Engines) -> Engines:
    with engines.writer.begin() as connection:
        write_keys(connection, {who: keys_for_resident(**facts) for who, facts in PEOPLE.items()})  # type: ignore[arg-type]
    return engines


def look(engines: Engines, typed: str, limit: int = 500) -> list[str]:
    with engines.reader.connect() as connection:
        return find(connection, typed, limit)


FOUND = {
    # names, one and two characters included
    "王秀英": ["wang-xiuying", "zhang-xiuying"],
    "王": ["wang-wei", "wang-xiu", "wang-xiuying", "zhang-xiuying"],
    "王秀": ["wang-xiu", "wang-xiuying", "zhang-xiuying"],
    "秀英": ["wang-xiuying", "zhang-xiuying"],
    "英": ["wang-xiuying", "zhang-xiuying"],
    "娜": ["ouyang"],
    "欧": ["ouyang"],
    "一": ["yi"],
    "𬭎": ["rare"],
    "王 秀 英": ["wang-xiuying", "zhang-xiuying"],
    # pinyin, initials, surname with initials
    "wangxiuying": ["wang-xiuying", "zhang-xiuying"],
    "wang xiu ying": ["wang-xiuying", "zhang-xiuying"],
    "WangXiuY": ["wang-xiuying", "zhang-xiuying"],
    "ｗｘｙ": ["wang-xiuying", "zhang-xiuying"],
    "wangxy": ["wang-xiuying", "zhang-xiuying"],
    "xiuying": ["wang-xiuying", "zhang-xiuying"],
    "oynn": ["ouyang"],
    "ouyangnn": ["ouyang"],
    "nana": ["ouyang"],
    # other readings of surname and given name
    "zengle": ["zeng"],
    "zengyue": ["zeng"],
    "cengle": ["zeng"],
    "cl": ["zeng"],
    "zl": ["zeng"],
    "zy": ["zeng"],
    "shanchongyang": ["shan"],
    "shanzhongyang": ["shan"],
    "danchongyang": ["shan"],
    "szy": ["shan"],
    "dcy": ["shan"],
    "ccy": ["shan"],
    # ü
    "lvlvzhu": ["lv"],
    "lulu": ["lv"],
    "lyulyu": ["lv"],
    "lülü": ["lv"],
    # other names
    "艾山江": ["mai"],
    "买买提艾山江": ["mai"],
    "买买提.艾山江": ["mai"],
    "aishan": ["mai"],
    "mmtasj": ["mai"],
    "maria": ["maria"],
    "MARIA CARMEN": ["maria"],
    "del carmen": ["maria"],
    "carmen": ["maria"],
    # numbers and telephones
    "1234": ["wang-xiuying", "wang-xiu"],
    "081234": ["wang-xiuying"],
    "120101195203081234": ["wang-xiuying"],
    "1201011952": ["wang-xiuying"],
    "002x": ["zhang-xiuying"],
    "e12345678": ["maria"],
    "4471": ["wang-xiuying"],
    "13800134471": ["wang-xiuying"],
    "+86 138 0013 4471": ["wang-xiuying"],
    "1380013": ["wang-xiuying"],
    "022-27111234": ["wang-xiu"],
    "27111234": ["wang-xiu"],
    # addresses
    "3-2-501": ["wang-xiuying"],
    "3号楼2单元501室": ["wang-xiuying"],
    "３＃２门501": ["wang-xiuying"],
    "2-501": ["wang-xiuying"],
    "3-501": ["wang-xiuying"],
    "3号楼": ["wang-xiuying"],
    "8-302": ["wang-xiu"],
    "a座1201": ["wang-wei"],
    "501": ["wang-xiuying"],
    "1201": ["wang-wei", "wang-xiuying", "zhang-xiuying"],
    "西康路": ["wang-xiuying"],
    "赛顿": ["wang-xiuying"],
    "sdzx": ["wang-xiuying"],
    "西康路赛顿中心3-2-501": ["wang-xiuying"],
    "新疆路12号": ["wang-xiu"],
    "xjl": ["wang-xiu"],
    "hyl": ["wang-wei", "wang-xiuying"],
    "花园路": ["wang-wei", "wang-xiuying"],
    # several words, all of which must fit
    "王 3-2-501": ["wang-xiuying"],
    "花园路 wang": ["wang-wei", "wang-xiuying"],
    "王 1201 贵州路": ["wang-wei"],
    "秀英 1234": ["wang-xiuying"],
    "张 3-2-501": [],
    # nothing
    "": [],
    "   ": [],
    "·": [],
    "赵": [],
    "9999": [],
    "%": [],
    "王_": ["wang-wei", "wang-xiu", "wang-xiuying", "zhang-xiuying"],
    "*": [],
}


def test_everything_people_type_finds_whom_they_mean(register: Engines) -> None:
    wrong = {}
    for typed, expected in FOUND.items():
        found = look(register, typed)
        if sorted(found) != sorted(expected):
            wrong[typed] = found
    assert wrong == {}


def test_whole_names_come_before_longer_ones_and_those_before_parts_and_addresses(register: Engines) -> None:
    assert look(register, "王秀") == ["wang-xiu", "wang-xiuying", "zhang-xiuying"]
    assert look(register, "王秀英") == ["wang-xiuying", "zhang-xiuying"]  # her present name before a former one
    with register.writer.begin() as connection:
        write_keys(connection, {"x": keys_for_resident(names=["贵秀"]), "y": keys_for_resident(names=["李贵"])})
    assert look(register, "1201")[0] == "wang-wei"  # her door; the numbers of the others begin so
    assert look(register, "贵") == ["x", "y", "wang-wei"]


def test_no_more_are_found_than_asked_for_and_the_best_are_kept(register: Engines) -> None:
    for typed in ("王", "w", "秀英", "王 路", "wang hyl", "1234"):
        every = look(register, typed)
        for limit in range(1, len(every) + 1):
            assert look(register, typed, limit) == every[:limit], typed


def test_new_keys_take_the_place_of_the_old_ones(register: Engines) -> None:
    with register.writer.begin() as connection:
        write_keys(connection, {"wang-wei": keys_for_resident(names=["赵伟"]), "wang-xiu": []})
    assert look(register, "赵") == ["wang-wei"]
    assert sorted(look(register, "王")) == ["wang-xiuying", "zhang-xiuying"]
    assert look(register, "贵州路") == []
    with register.reader.connect() as connection:
        query = select(func.count()).select_from(KEYS).where(KEYS.c.resident_id == "wang-xiu")
        assert connection.execute(query).scalar() == 0


def test_a_search_sees_what_the_same_transaction_wrote(engines: Engines) -> None:
    with engines.writer.begin() as connection:
        write_keys(connection, {"x": keys_for_resident(names=["赵伟"])})
        assert find(connection, "赵") == ["x"]


def test_every_key_is_unique_and_fits_the_table() -> None:
    for facts in PEOPLE.values():
        keys = keys_for_resident(**facts)  # type: ignore[arg-type]
        assert len({(key.key, key.kind) for key in keys}) == len(keys)
        for key in keys:
            assert key.kind in ("name", "pinyin", "initials", "number", "phone", "address")
            assert key.key
            assert key.key == key.key.lower()


def test_the_keys_of_a_plain_name_are_these() -> None:
    assert [key for key in name_keys("李秀兰") if not key.key.startswith("~")] == [
        Key("李秀兰", "name", 0),
        Key(".秀兰", "name", 10),
        Key(".兰", "name", 10),
        Key("lixiulan", "pinyin", 1),
        Key("lxl", "initials", 2),
        Key(".xiulan", "pinyin", 11),
        Key(".xl", "initials", 12),
        Key("lixl", "initials", 3),
    ]


def test_each_way_to_search_reads_a_range_of_an_index_and_no_whole_table(sqlite_engines: Engines) -> None:
    with sqlite_engines.writer.begin() as connection:
        write_keys(connection, {"x": keys_for_resident(names=["赵伟"])})
    statements: list[tuple[str, object]] = []
    with sqlite_engines.reader.connect() as connection:
        raw = connection.connection.dbapi_connection
        raw.set_trace_callback(lambda statement: statements.append(statement))
        for typed in ("赵", "z w", "1234", "赵 路"):
            find(connection, typed)
        raw.set_trace_callback(None)
        plans = [
            step[3]
            for statement in statements
            if statement.startswith("SELECT")
            for step in connection.execute(text("EXPLAIN QUERY PLAN " + statement.replace(":", "\\:")))
        ]
    assert len(plans) > 20
    assert not [plan for plan in plans if plan.startswith("SCAN") and "anon" not in plan]
    assert not [plan for plan in plans if "TEMP B-TREE" in plan]


def test_pinyin_is_not_loaded_before_a_name_needs_it() -> None:
    code = "import sys, models.store.search as s; assert 'pypinyin' not in sys.modules; s.name_keys('王'); "
    code += "assert 'pypinyin' in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
