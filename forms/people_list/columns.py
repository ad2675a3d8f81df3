"""Which column of a list holds what: the words that offices use for headings."""

import re
from collections.abc import Mapping, Sequence

from models.texts import N_, _

FIELDS: Mapping[str, str] = {
    "name": N_("Name"),
    "card": N_("Identity number"),
    "sex": N_("Sex"),
    "birth_date": N_("Date of birth"),
    "phone": N_("Telephone"),
    "relation": N_("Relation to the head"),
    "book": N_("Number of the household"),
    "street_line": N_("Street and number, or estate"),
    "building": N_("Building"),
    "unit": N_("Entrance"),
    "door": N_("Door"),
    "ethnic_group": N_("Ethnic group"),
    "marital_status": N_("Marital status"),
    "education": N_("Education"),
    "hukou_place": N_("Place of hukou"),
    "former_name": N_("Former name"),
    "note": N_("Remark"),
}
"""What a column may hold, and what it is called."""

OF_THE_DOOR = ("street_line", "building", "unit", "door")

_HEADINGS = {
    "name": ("姓名", "居民姓名", "成员姓名", "人员姓名", "name", "full name"),
    "card": ("身份证", "身份证号", "身份证号码", "公民身份号码", "公民身份证号", "证件号", "证件号码", "居民身份证号",
             "居民身份证号码", "id number", "identity number", "id card"),
    "sex": ("性别", "sex", "gender"),
    "birth_date": ("出生日期", "出生年月日", "生日", "出生", "birth date", "date of birth", "birthday"),
    "phone": ("电话", "联系电话", "手机", "手机号", "手机号码", "联系方式", "电话号码", "本人电话", "telephone",
              "phone", "mobile"),
    "relation": ("与户主关系", "与户主的关系", "和户主关系", "户主关系", "关系", "家庭关系", "relation",
                 "relation to the head"),
    "book": ("户号", "户编号", "家庭编号", "户口簿号", "户籍号", "household", "household number",
             "number of the household"),
    "street_line": ("住址", "地址", "居住地址", "现住址", "现居住地址", "家庭住址", "路", "街巷", "小区", "小区名称",
                    "自然村", "address", "street", "estate", "street and number, or estate"),
    "building": ("楼", "楼号", "楼栋", "楼栋号", "栋", "幢", "building"),
    "unit": ("单元", "单元号", "门栋", "门", "门号", "entrance", "unit"),
    "door": ("室", "室号", "房号", "房间号", "户室", "门牌", "门牌号", "房屋", "door", "room", "flat"),
    "ethnic_group": ("民族", "ethnic group"),
    "marital_status": ("婚姻", "婚姻状况", "婚否", "marital status"),
    "education": ("学历", "文化程度", "教育程度", "education"),
    "hukou_place": ("户籍地", "户籍所在地", "户口所在地", "户籍地址", "户籍", "籍贯地址", "hukou", "place of hukou"),
    "former_name": ("曾用名", "former name"),
    "note": ("备注", "说明", "remark", "note", "notes"),
}  # fmt: skip
_FIELD_OF = {heading: field for field, headings in _HEADINGS.items() for heading in headings}


def guess(headings: Sequence[str]) -> tuple[str, ...]:
    """For each heading the field that it names; "" for what is not understood. Each field at most once, the first."""
    found: list[str] = []
    for heading in headings:
        plain = re.sub(r"[（(【\[].*?[）)】\]]", "", heading).strip(" *：:·").casefold()
        field = _FIELD_OF.get(re.sub(r"(?<=[^\x00-\x7f])\s+", "", plain), "")
        found.append("" if field in found else field)
    return tuple(found)


def label(field: str) -> str:
    """What a field is called in the language now shown."""
    return _(FIELDS[field])
