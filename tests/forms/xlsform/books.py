"""Questionnaires for the tests, written as the office would; one of them uses every feature."""

EVERYTHING = """
| survey |
| | type | name | label::中文 (zh) | label::English (en) | hint::中文 (zh) | relevant | constraint | constraint_message::中文 (zh) | calculation | required | required_message::中文 (zh) | default | appearance | parameters | repeat_count | choice_filter | trigger | read_only | jinmen::fact | jinmen::fact_value | jinmen::paper::中文 (zh) | jinmen::why::中文 (zh) | jinmen::sensitive | jinmen::needs |
| | start | start | | | | | | | | | | | | | | | | | | | | | | |
| | today | today | | | | | | | | | | | | | | | | | | | | | | |
| | deviceid | device | | | | | | | | | | | | | | | | | | | | | | |
| | username | worker | | | | | | | | | | | | | | | | | | | | | | |
| | audit | audit | | | | | | | | | | | | | | | | | | | | | | |
| | note | hello | **欢迎** ${name} | Welcome ${name} | | | | | | | | | | | | | | | | | | | | |
| | begin_group | about | 基本情况 | About | 先问这些 | | | | | | | | field-list | | | | | | | | | | | |
| | text | name | 姓名“全名” | Name | 与证件一致 | | string-length(.) > 1 | 姓名太短 | | yes | 姓名要填 | | | | | | | | | | | | | |
| | date | born | 出生日期 | Born | | | . <= today() | 日期在今天之后 | | yes | | | | | | | | | | | | | | |
| | calculate | age | | | | | | | int((today() - ${born}) div 365.25) | | | | | | | | | | | | | | | |
| | integer | income | 每月收入 | Income | | ${age} >= 16 | . >= 0 and . < 1000000 | 收入写得不对 | | yes | | | unknowns | | | | | | household_income_monthly | | 工资单 | 低保按收入定 | yes | |
| | note | refused | 不愿回答也可以 | Fine | | ${income} = 'refused' | | | | | | | | | | | | | | | | | | |
| | select_one yes_no | hukou | 户口在天津吗 | Hukou here? | | | | | | yes | | | | | | | | | hukou_tianjin | yes=true no=false | 户口本 | | | |
| | end_group | | | | | | | | | | | | | | | | | | | | | | | |
| | select_one district | district | 区 | District | | | | | | | | | minimal | | | | | | | | | | | |
| | select_one street | street | 街道 | Street | | ${district} != '' | | | | | | | | | | district = ${district} | | | | | | | | |
| | select_multiple need or_other | needs | 需求 | Needs | | | not(selected(., 'none') and count-selected(.) > 1) | 不能同时选 | | | | | | randomize=true seed=7 | | | | | | | | | | job=work checkup=health |
| | rank need | order | 排序 | Rank | | count-selected(${needs}) > 1 | | | | | | | | | | selected(${needs}, name) | | | | | | | | |
| | range | scale | 满意 1-5 | Scale | | | | | | | | | | start=1 end=5 step=1 | | | | | | | | | | |
| | decimal | height | 身高 | Height | | | . > 0.3 and . < 2.5 | | | | | | | | | | | | | | | | | |
| | time | woke | 起床 | Woke | | | | | | | | | | | | | | | | | | | | |
| | datetime | met | 见面 | Met | | | | | | | | | | | | | | | | | | | | |
| | acknowledge | agree | 同意 | Agree | | | | | | yes | | | | | | | | | | | | | | |
| | image | photo | 照片 | Photo | | | | | | | | | | | | | | | | | | | | |
| | image | sign | 签名 | Signature | | | | | | | | | signature | | | | | | | | | | | |
| | geopoint | where | 位置 | Where | | | | | | | | | | | | | | | | | | | | |
| | integer | people_count | 几口人 | How many | | | . <= 20 | | | | | 2 | | | | | | | | | | | | |
| | begin_repeat | people | 家庭成员 | People | | | | | | | | | | | ${people_count} | | | | | | | | | |
| | text | pname | 成员姓名 | Name | | | | | | yes | | | | | | | | | | | | | | |
| | integer | page | ${pname}的年龄 | Age of ${pname} | | | . < 130 | | | | | | | | | | | | | | | | | |
| | calculate | place | | | | | | | position(..) | | | | | | | | | | | | | | | |
| | begin_repeat | papers | 证件 | Papers | | ${page} > 15 | | | | | | | | | | | | | | | | | | |
| | text | number | 号码 | Number | | | regex(., '[0-9X]{4,18}') | 号码不对 | | | | | | | | | | | | | | | | |
| | end_repeat | | | | | | | | | | | | | | | | | | | | | | | |
| | end_repeat | | | | | | | | | | | | | | | | | | | | | | | |
| | calculate | old | | | | | | | count(${people}[page > 59]) | | | | | | | | | | | | | | | |
| | calculate | oldest | | | | | | | max(${page}) | | | | | | | | | | | | | | | |
| | calculate | second | | | | | | | indexed-repeat(${pname}, ${people}, 2) | | | | | | | | | | | | | | | |
| | calculate | names | | | | | | | join('、', ${pname}) | | | | | | | | | | | | | | | |
| | calculate | chosen | | | | | | | jr:choice-name(${district}, '${district}') | | | | | | | | | | | | | | | |
| | calculate | district_code | | | | | | | instance('district')/root/item[name = ${district}]/code | | | | | | | | | | | | | | | |
| | calculate | drawn | | | | | | | once(random()) | | | | | | | | | | | | | | | |
| | dateTime | changed | 上次修改 | Changed | | | | | now() | | | | | | | | ${name} | | | | | | | |
| | calculate | points | | | | | | | coalesce(${scale}, 0) * 10 + ${old} | | | | | | | | | | | | | | | |
| | calculate | class | | | | | | | if(${points} > 30, 'high', 'low') | | | | | | | | | | | | | | | |
| | text | locked | 结果：${class} | Result: ${class} | | | | | | | | | | | | | | yes | | | | | | |
| choices |
| | list_name | name | label::中文 (zh) | label::English (en) | district | code |
| | yes_no | yes | 是 | Yes | | |
| | yes_no | no | 否 | No | | |
| | district | heping | 和平区 | Heping | | 120101 |
| | district | hexi | 河西区 | Hexi | | 120103 |
| | street | wudadao | 五大道 | Wudadao | heping | |
| | street | xiaobailou | 小白楼 | Xiaobailou | heping | |
| | street | youyilu | 友谊路 | Youyilu | hexi | |
| | need | none | 没有 | None | | |
| | need | job | 找工作 | Job | | |
| | need | checkup | 查体 | Check-up | | |
| settings |
| | form_title | form_id | version | default_language | jinmen_title::中文 (zh) | jinmen_title::English (en) | jinmen_subject | jinmen_score | jinmen_level |
| | Everything | everything | 3 | 中文 (zh) | 全部功能 | Everything | resident | points | class |
"""


def survey(rows: str, choices: str = "", settings: str = "") -> bytes:
    """A small questionnaire: rows of the survey after its headings are given as markdown."""
    parts = ["| survey |", *_indented(rows)]
    if choices:
        parts += ["| choices |", *_indented(choices)]
    if settings:
        parts += ["| settings |", *_indented(settings)]
    return "\n".join(parts).encode()


def _indented(rows: str) -> list[str]:
    return [
        f"| {line.strip()}" if line.strip().startswith("|") else f"| | {line.strip()} |"
        for line in rows.strip().splitlines()
    ]
