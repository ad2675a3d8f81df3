"""Names sound as their bearers say them, and every other reading is known too."""

import subprocess
import sys

import pytest
from pypinyin.constants import PHRASES_DICT

from models.store import names
from models.store.names import MOST_READINGS, readings, sound_of, spelt, tidy

# Surnames that a reading by words gets wrong or might; the reading is the one given for the surname in dictionaries.
HARD = (
    "单:shan 解:xie 仇:qiu 查:zha 区:ou 朴:piao 盖:ge 缪:miao 覃:qin 翟:zhai 曾:zeng 种:chong 员:yun "
    "召:shao 折:she 祭:zhai 隗:wei 卜:bu 乜:nie 佴:nai 洗:xian 么:yao 任:ren 华:hua 宁:ning 燕:yan "
    "葛:ge 过:guo 应:ying 纪:ji 柏:bai 逄:pang 亓:qi 谌:chen 厍:she 黑:he 繁:po 秘:bi 牟:mu "
    "褚:chu 车:che 晁:chao 郗:xi 郇:xun 訾:zi 逯:lu 能:nai 曲:qu 乐:yue 尉:wei "
)
PAIRS = [pair.split(":") for pair in HARD.split()]


def test_the_table_of_hard_surnames_has_fifty() -> None:
    assert len({surname for surname, _reading in PAIRS}) == 50


@pytest.mark.parametrize(("surname", "reading"), PAIRS)
def test_a_hard_surname_is_read_as_a_surname(surname: str, reading: str) -> None:
    assert sound_of(surname + "建国") == reading + "jianguo"
    assert sound_of(surname + "伟") == reading + "wei"
    assert readings(surname + "伟")[0] == (reading, "wei")


@pytest.mark.parametrize(
    ("name", "sound"),
    [
        ("欧阳娜娜", "ouyangnana"),
        ("尉迟恭", "yuchigong"),
        ("万俟卨", "moqixie"),
        ("长孙无忌", "zhangsunwuji"),
        ("单于静", "chanyujing"),
        ("令狐冲", "linghuchong"),
        ("爱新觉罗·溥仪", "aixinjueluopuyi"),
        ("买买提·艾山江", "maimaitiaishanjiang"),
        ("张重阳", "zhangchongyang"),
        ("吕布", "lvbu"),
        ("王伟", "wangwei"),
        ("李𬭎", "lihong"),
        ("Maria del Carmen", "mariadelcarmen"),
        ("José Núñez", "josenunez"),
        ("", ""),
    ],
)
def test_a_name_sounds_as_it_is_said(name: str, sound: str) -> None:
    assert sound_of(name) == sound


def test_other_readings_come_after_the_usual_one() -> None:
    ways = readings("曾乐")
    assert ways[0][0] == "zeng"
    assert {("zeng", "yue"), ("zeng", "le"), ("ceng", "le")} <= set(ways)
    assert len(ways) == len(set(ways)) <= MOST_READINGS


def test_u_with_dots_is_typed_in_three_ways() -> None:
    assert spelt(("lv", "bu")) == ("lvbu", "lubu", "lyubu")
    assert spelt(("wang",)) == ("wang",)


def test_typed_text_is_brought_into_one_form() -> None:
    assert tidy("ＷＡＮＧ Xiù-yīng") == "wangxiuying"
    assert tidy("艾山江 · 买买提") == "艾山江买买提"
    assert tidy("Lü") == "lv"


def test_any_character_of_any_script_can_be_in_a_name() -> None:
    for code in [
        *range(0x3400, 0x3440),
        *range(0x9F00, 0xA000),
        *range(0x20000, 0x20040),
        0x3007,
        0xAC00,
        0x660,
        0x627,
    ]:
        for name in (chr(code), "张" + chr(code), chr(code) * 2 + "a"):
            assert all(syllable for way in readings(tidy(name)) for syllable in way)


def test_two_characters_that_are_no_word_sound_as_each_of_them_does() -> None:
    dictionary = names._dictionary()
    characters = sorted({c for phrase in sorted(PHRASES_DICT)[::40] for c in phrase if "一" <= c <= "龥"})[::3]
    pairs = [a + b for a, b in zip(characters, characters[7:], strict=False)]
    pairs += [phrase for phrase in sorted(PHRASES_DICT)[::150] if len(phrase) == 2]
    assert len(pairs) > 500
    for pair in pairs:
        assert names._words(pair) == [tidy(said) for said in dictionary.lazy_pinyin(pair, errors=list)], pair


def test_the_words_of_pypinyin_that_are_read_one_by_one_are_all_of_them() -> None:
    code = (
        "import json, pathlib; from models.store import names; pypinyin = names._dictionary(); "
        "from pypinyin.constants import PHRASES_DICT as words; from pypinyin.seg.mmseg import p_set; "
        "path = pathlib.Path(pypinyin.__file__).parent / 'phrases_dict.json'; "
        "assert words == json.loads(path.read_text('utf-8')) and len(words) > 40_000; "
        "assert all(word in p_set for word in words); assert names.sound_of('长孙无忌') == 'zhangsunwuji'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
