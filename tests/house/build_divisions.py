"""Build resources/divisions/tianjin.tsv from the two published tables of statistical division codes.

Run by hand when the tables change: `python -m tests.house.build_divisions FOLDER`, where FOLDER holds
tianjin-streets.csv and tianjin-communities.csv. Pinyin is worked out here once, so that the program needs none to
find a place. tests/models/records/test_divisions.py checks what came out.
"""

import csv
import itertools
import re
import sys
from pathlib import Path

TARGET = Path(__file__).parents[2] / "resources" / "divisions" / "tianjin.tsv"

# Characters of place names that people read in more than one way, with the first letters heard.
TWO_WAYS = {
    "长": "cz", "单": "sd", "重": "cz", "乐": "ly", "行": "xh", "解": "jx", "曾": "zc", "翟": "zd", "仇": "qc",
    "查": "cz", "贾": "jg", "尉": "wy", "种": "zc", "藏": "cz", "朝": "cz", "厦": "sx", "会": "hk", "召": "sz",
    "盛": "sc", "祭": "jz", "缪": "mk", "隗": "wk", "圈": "qj", "宿": "sx", "系": "xj", "卜": "bp",
}  # fmt: skip


def short_name(name: str) -> str:
    """The name as people say it: without 居委会 or 村委会, but still a community or a village."""
    short = re.sub(r"(居民委员会|居委会)$", "", name)
    village = re.sub(r"(村民委员会|村委会)$", "", short)
    if village != short and not re.search(r"(村|庄|屯|营|社区)$", village):
        village += "村"
    return village or name


def pinyin_of(name: str) -> tuple[list[str], str]:
    """All readings as first letters (the usual one first), and the usual one in full."""
    from pypinyin import Style, lazy_pinyin, load_single_dict

    load_single_dict({ord("长"): "cháng,zhǎng"})  # in the names of places it is long, not grown
    bare = "".join(re.findall(r"\w", name))
    syllables = lazy_pinyin(bare, style=Style.NORMAL, errors=lambda rest: list(rest))
    letters = [s[0].lower() for s in syllables]
    ways = [
        letters[i] + "".join(w for w in TWO_WAYS[c] if w != letters[i]) if c in TWO_WAYS else letters[i]
        for i, c in enumerate(bare)
    ]
    readings = ["".join(way) for way in itertools.islice(itertools.product(*ways), 4)]
    return readings, "".join(syllables).lower()


def build(folder: Path) -> str:
    """The whole table: code, name, short name, first letters, full pinyin; one place a line, in the order of codes."""
    places: dict[str, str] = {}
    with (folder / "tianjin-streets.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            places[row["district_code"]] = row["district"]
            places[row["street_code"]] = row["street"]
    with (folder / "tianjin-communities.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            places[row["community_code"]] = row["community"]
    lines = []
    for code, name in sorted(places.items()):
        short = short_name(name) if len(code) == 12 else name
        readings, full = pinyin_of(short)
        lines.append("\t".join((code, name, short, " ".join(readings), full)))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TARGET.write_text(build(Path(sys.argv[1])), encoding="utf-8")
