"""The words that lists use for sex, relations and the like, as codes of the national lists."""

import re
from functools import cache

from forms.reading import plain
from models.records import codes
from models.records.kinship import HEAD, OTHER

_RELATIONS = (
    (HEAD, r"户主|本人|戶主|head|self"),
    ("1", r"配偶|妻子?|丈夫|夫|爱人|老伴|媳妇\(本人\)|spouse|wife|husband"),
    ("2", r"(长|次|二|三|四|五|幼|独生|独|继|养)?子|儿子?|大儿子|小儿子|女婿|son"),
    ("3", r"(长|次|二|三|四|五|幼|独生|独|继|养)?女|女儿|儿媳|媳妇|大女儿|小女儿|daughter"),
    ("4", r"外?(孙子?|孙女|曾孙|重孙)(女|子)?|grandchild|grandson|granddaughter"),
    ("5", r"父亲?|母亲?|岳父|岳母|公公|婆婆|继父|继母|养父|养母|爸爸?|妈妈?|parent|father|mother"),
    ("6", r"外?祖父|外?祖母|爷爷|奶奶|姥爷|姥姥|外公|外婆|grandparent|grandfather|grandmother"),
    ("7", r"兄|弟|姐|妹|哥哥?|弟弟|姐姐|妹妹|兄弟|姐妹|嫂子?|弟媳|姐夫|妹夫|sibling|brother|sister"),
    (OTHER, r"其他|其它|其他亲属|非亲属|亲属|侄子?|侄女|外甥|外甥女|保姆|租客|other"),
)
_MORE = {
    "sex": {"男性": "1", "女性": "2", "m": "1", "f": "2", "man": "1", "woman": "2"},
    "ethnic_group": {},
    "marital_status": {"已": "20", "未": "10", "是": "20", "否": "10", "丧": "30", "离": "40", "离异": "40",
                       "有配偶": "20", "married": "20", "single": "10", "widowed": "30", "divorced": "40"},
    "education": {"硕士": "10", "博士": "10", "本科": "20", "大学": "20", "大专": "30", "专科": "30", "中专": "40",
                  "职高": "40", "技校": "50", "高中": "60", "初中": "70", "小学": "80", "文盲": "90", "半文盲": "90"},
}  # fmt: skip
_LIST = {
    "sex": codes.SEX,
    "ethnic_group": codes.ETHNIC_GROUPS,
    "marital_status": codes.MARITAL,
    "education": codes.EDUCATION,
}
_NOTHING = {"无", "/", "-", "—", "——", "不详", "未知"}


@cache
def _words(field: str) -> dict[str, str]:
    """Every word for a code of a list: the code itself, its labels in both languages, and what people write."""
    known = dict(_MORE[field])
    for code, labels in _LIST[field].items():
        known |= {said.casefold(): code for said in (code, *labels)}
        if field == "ethnic_group":
            known[labels[0].removesuffix("族").casefold()] = code
    return known


def code_of(field: str, said: str) -> str:
    """The code that a word of a list stands for; "" where it is in none."""
    word = plain(said).casefold()
    return _words(field).get(word) or _words(field).get(re.sub(r"[（(].*?[）)]", "", word).strip(), "")


def relation_of(said: str) -> str | None:
    """How somebody stands to the head; other where nothing is said, None where it is not understood."""
    word = re.sub(r"[（(].*?[）)]|之|的|\s", "", plain(said).casefold())
    if not word or word in _NOTHING:
        return OTHER
    if word in codes.RELATIONS:
        return word
    return next((code for code, words in _RELATIONS if re.fullmatch(words, word)), None)
