"""A pack that an invented district office writes: its own measure, and the standard of the year after."""

import hashlib
from pathlib import Path

TEXT = """天津市某某区民政局关于进一步做好困难群众生活保障的通知
各街道办事处：
一、本区户籍、年满80周岁的老年人，每人每月发放高龄关爱补贴200元。
二、自2027年1月1日起，本市最低生活保障标准调整为每人每月1100元。
本通知自2027年1月1日起施行。
"""

PACK = """id: {id}
doc: "{doc}"
title: 关于进一步做好困难群众生活保障的通知
title_en: Notice on the livelihood of people in difficulty
issuer: 天津市某某区民政局
number: 某民发〔2026〕9号
dated: 2026-12-01
valid_from: 2026-01-01
last_verified_on: {verified}
text: {text}
sha256: {sha256}
"""

SERVICES = """- id: {service}
  name: 高龄关爱补贴
  name_en: Allowance of care for the very old
  group: 老有所养
  line: 3
  for_whom: 本区户籍、年满80周岁的老年人
  standard: 每人每月发放高龄关爱补贴200元
  apply_at: {{office: district_relief, status: interpreted}}
  documents: {{items: [id_card], status: interpreted}}
  when:
    all:
      - {{fact: hukou_tianjin, is: true, source: {{line: 3, quote: 本区户籍}}, status: interpreted}}
      - {{age: birth_date, word: 年满, value: {age}, source: {{line: 3, quote: 年满80周岁}}}}
  amount: [{{amount: {amount}, per: {{zh: 每人每月, en: a person and month}}}}]
"""

CASES = """- title: 满八十周岁的本市户籍老人
  service: 高龄关爱补贴
  day: 2027-03-01
  people: [{id: p1, birth_date: 1947-03-01, hukou_tianjin: true}]
  applicant: p1
  expect: 符合
  amount: 200
- title: 差一天满八十周岁
  service: 高龄关爱补贴
  day: 2027-03-01
  people: [{id: p1, birth_date: 1947-03-02, hukou_tianjin: true}]
  applicant: p1
  expect: 不符合
"""

PARAMS = """dibao_standard:
  values:
    - valid_from: 2027-01-01
      value: 1100
      last_verified_on: 2026-12-02
      source: {line: 4, quote: 调整为每人每月1100元}
"""

OFFICES = """district_relief: {zh: 区民政局社会救助科, en: relief section of the district’s civil affairs bureau}
"""


def write_pack(
    folder: Path, *, verified: str = "2026-12-02", identity: str = "district-2027", service: str = "D-1", **rule: object
) -> Path:
    """Write the pack into a new folder and return it. rule: age, amount."""
    folder.mkdir()
    text = f"{identity}.txt"
    sha256 = hashlib.sha256(TEXT.encode()).hexdigest()
    pack = PACK.format(id=identity, doc=identity, verified=verified, text=text, sha256=sha256)
    said = {"age": 80, "amount": 200, "service": service, **rule}
    for name, content in (
        ("pack.yaml", pack),
        (text, TEXT),
        ("services/old.yaml", SERVICES.format(**said)),
        ("cases/old.yaml", CASES),
        ("params.yaml", PARAMS),
        ("offices.yaml", OFFICES),
    ):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder
