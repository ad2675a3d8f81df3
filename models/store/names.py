"""How names sound: pinyin with the readings that surnames really have, initials, and all other readings to search by.

pypinyin reads 22 of 50 difficult surnames wrongly when asked for one reading, since it knows them as words (单 dan,
解 jie, 仇 chou). So a table gives the reading of surnames, and every further reading that the characters have is a
search key as well. pypinyin is imported at the first name that needs it: that takes a quarter of a second.
"""

import os
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib.util import find_spec
from itertools import islice, product
from json import JSONDecoder
from pathlib import Path
from typing import Any

# Readings as surnames where they differ from the usual one, or where the usual one is not certain.
# Sources: 现代汉语词典 (entries marked 姓), 通用规范汉字字典.
_SURNAME_READINGS = """
    单:shan 解:xie 仇:qiu 查:zha 区:ou 朴:piao 盖:ge 缪:miao 覃:qin 翟:zhai 曾:zeng 种:chong 员:yun 召:shao 折:she
    祭:zhai 隗:wei 卜:bu 乜:nie 佴:nai 洗:xian 冼:xian 么:yao 幺:yao 任:ren 华:hua 宁:ning 燕:yan 葛:ge 过:guo
    应:ying 纪:ji 柏:bai 逄:pang 亓:qi 谌:chen 厍:she 黑:he 繁:po 秘:bi 牟:mu 褚:chu 车:che 晁:chao 郗:xi 郇:xun
    訾:zi 逯:lu 能:nai 曲:qu 乐:yue 仉:zhang 殷:yin 贾:jia 薄:bo 阚:kan 撒:sa 那:na 句:gou 相:xiang 都:du 尉:wei
    宿:su 于:yu 哈:ha 盛:sheng 吕:lv 涂:tu 行:xing 调:diao 参:shen 适:kuo 无:wu 臧:zang 载:zai 郝:hao 翁:weng 鲍:bao
    藏:zang 费:fei 强:qiang 尹:yin
"""
_COMPOUND_READINGS = """
    欧阳:ou_yang 司马:si_ma 上官:shang_guan 诸葛:zhu_ge 夏侯:xia_hou 东方:dong_fang 皇甫:huang_fu 尉迟:yu_chi
    公孙:gong_sun 慕容:mu_rong 令狐:ling_hu 宇文:yu_wen 长孙:zhang_sun 司徒:si_tu 司空:si_kong 轩辕:xuan_yuan
    澹台:tan_tai 万俟:mo_qi 单于:chan_yu 独孤:du_gu 南宫:nan_gong 西门:xi_men 东郭:dong_guo 百里:bai_li 呼延:hu_yan
    端木:duan_mu 闻人:wen_ren 赫连:he_lian 钟离:zhong_li 鲜于:xian_yu 申屠:shen_tu 太史:tai_shi 濮阳:pu_yang
    淳于:chun_yu 公冶:gong_ye 宗政:zong_zheng 仲孙:zhong_sun 叔孙:shu_sun 乐正:yue_zheng 公羊:gong_yang 子车:zi_ju
    亓官:qi_guan 司寇:si_kou 拓跋:tuo_ba 夹谷:jia_gu 宰父:zai_fu 谷梁:gu_liang 段干:duan_gan 羊舌:yang_she
    微生:wei_sheng 东宫:dong_gong 爱新觉罗:ai_xin_jue_luo 叶赫那拉:ye_he_na_la 完颜:wan_yan 耶律:ye_lv 纳兰:na_lan
    那拉:na_la 哥舒:ge_shu 第五:di_wu
"""
_SURNAMES = dict(pair.split(":") for pair in _SURNAME_READINGS.split())
_COMPOUND = dict(pair.split(":") for pair in _COMPOUND_READINGS.split())
_NO_WORDS = "PYPINYIN_NO_PHRASES"  # its own setting: words are given to it afterwards
_VALUE = re.compile(r"\s*:\s*")
_EACH: Any = list  # what pypinyin cannot read comes back character by character
MOST_READINGS = 12  # of one name: enough for two characters with three readings each


def tidy(text: str) -> str:
    """Text as keys are written: NFKC, small letters, no accents, ü as v; nothing but letters, characters and digits."""
    if text.isascii() and text.isalnum():  # nearly every number and syllable
        return text.lower()
    text = unicodedata.normalize("NFKC", text).lower()
    text = re.sub("[üǖǘǚǜ]", "v", text)
    text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", "", text)


def is_chinese(text: str) -> bool:
    """Whether there is a Chinese character in it."""
    return any(_is_character(c) for c in text)


def surname_length(name: str) -> int:
    """How many characters of a tidy Chinese name are the surname; 0 where the name is the surname alone."""
    for length in (4, 2):
        if len(name) > length and name[:length] in _COMPOUND:
            return length
    return 1 if len(name) > 1 else 0


def sound_of(name: str) -> str:
    """The usual full pinyin of a name without spaces, for example zengguangxian; Latin names as tidy() writes them."""
    return "".join(readings(tidy(name))[0])


@lru_cache(maxsize=1_000)
def readings(name: str) -> tuple[tuple[str, ...], ...]:
    """All ways to read a tidy name, syllable by syllable, the usual one first; at most MOST_READINGS.

    ü is written v. Letters of other scripts stay as they are, one syllable for each run.
    """
    pieces = re.findall(r"[a-z0-9]+|\w", name)
    usual = _usual(name, pieces)
    choices = [list(dict.fromkeys((first, *_all_readings(piece)))) for first, piece in zip(usual, pieces, strict=True)]
    ways = {tuple(usual): None}
    for at, others in enumerate(choices):  # one character read otherwise
        ways.update(dict.fromkeys((*usual[:at], other, *usual[at + 1 :]) for other in others[1:]))
    ways.update(dict.fromkeys(islice(product(*choices), 4 * MOST_READINGS)))  # and several
    return tuple(ways)[:MOST_READINGS]


def spelt(syllables: tuple[str, ...]) -> tuple[str, ...]:
    """How people type these syllables: with v, and where there is a v also with u and with yu (lv, lu, lyu)."""
    plain = "".join(syllables)
    if not any(_has_umlaut(s) for s in syllables):
        return (plain,)
    return tuple("".join(s.replace("v", v) if _has_umlaut(s) else s for s in syllables) for v in ("v", "u", "yu"))


def _has_umlaut(syllable: str) -> bool:
    return syllable in ("lv", "nv", "lve", "nve")


def _usual(name: str, pieces: list[str]) -> list[str]:
    surname = surname_length(name) if len(pieces) == len(name) else 0
    if surname > 1:
        return [*_COMPOUND[name[:surname]].split("_"), *_words(name[surname:])]
    if pieces and pieces[0] in _SURNAMES and len(pieces) <= 4:
        return [_SURNAMES[pieces[0]], *_words("".join(pieces[1:]))]
    return _words(name)


@cache
def _dictionary() -> Any:
    """pypinyin, with what it keeps of 47,000 words made small: 25 MB less, since 1,200 lists say what 140,000 did.

    Its words are read one by one where they can be, since a process never gives back all that it once needed.
    """
    os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "1")  # its own way of saving memory
    found = find_spec("pypinyin")
    kept = Path(found.origin or "").parent / "phrases_dict.json" if found is not None else Path()
    if "pypinyin" in sys.modules or not kept.is_file():
        import pypinyin
        from pypinyin.constants import PHRASES_DICT

        PHRASES_DICT.update(_shared(PHRASES_DICT.items()))
        return pypinyin
    os.environ[_NO_WORDS] = "1"
    try:
        import pypinyin
    finally:
        del os.environ[_NO_WORDS]
    pypinyin.load_phrases_dict(dict(_shared(_entries(kept.read_text("utf-8")))))
    return pypinyin


def _shared(words: Iterable[tuple[str, list[list[str]]]]) -> Iterator[tuple[str, list[list[str]]]]:
    """The same words, where equal readings of a syllable are one list."""
    shared: dict[tuple[str, ...], list[str]] = {}
    for word, syllables in words:
        yield word, [shared.setdefault(tuple(reading), reading) for reading in syllables]


def _entries(text: str) -> Iterator[tuple[str, Any]]:
    """The names and values of a JSON object, one after the other."""
    read, at = JSONDecoder().raw_decode, text.index("{") + 1
    while (quote := text.find('"', at)) >= 0:
        name, at = read(text, quote)
        value, at = read(text, _VALUE.match(text, at).end())  # type: ignore[union-attr]  # else it is no JSON
        yield name, value


def _words(text: str) -> list[str]:
    found: list[str] = []
    for run in re.findall(r"[a-z0-9]+|[^\Wa-z0-9_]+", text):
        if run.isascii():
            found.append(run)
        elif len(run) <= 2 and not _is_word(run):  # most given names: nothing to be cut into words
            found += map(_first_reading, run)
        else:
            found += (tidy(syllable) or syllable for syllable in _dictionary().lazy_pinyin(run, errors=_EACH))
    return found


def _is_word(text: str) -> bool:
    """Whether pypinyin knows two characters as one word, which may be read otherwise than each of them."""
    _dictionary()
    from pypinyin.constants import PHRASES_DICT

    return text in PHRASES_DICT


@cache
def _first_reading(character: str) -> str:
    syllable = "".join(_dictionary().lazy_pinyin(character, errors=_EACH))
    return tidy(syllable) or syllable


@cache
def _all_readings(character: str) -> tuple[str, ...]:
    if not (len(character) == 1 and _is_character(character)):
        return (character,)
    known = _dictionary()
    found = known.pinyin(character, style=known.Style.NORMAL, heteronym=True, errors=_EACH)
    return tuple(dict.fromkeys(tidy(reading) or character for reading in found[0]))


def _is_character(c: str) -> bool:
    return "\u3400" <= c <= "\u9fff" or "\uf900" <= c <= "\ufaff" or c >= "\U00020000" or c == "〇"
