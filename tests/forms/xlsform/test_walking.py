"""The robot: it answers every question of a form, finds those that nobody could, and survives what is broken."""

import random

import pytest

from forms.xlsform import face, shipped
from forms.xlsform.reading import read_workbook
from forms.xlsform.session import Session
from forms.xlsform.walking import walk
from forms.xlsform.workbook import READ_SHEETS
from tests.forms.xlsform.books import EVERYTHING, survey

BITS = (
    "${name}", "${nowhere}", "${", "}", "(", ")", "'", "selected(", "begin_repeat", "end_group", "select_one x", "“",
    "calculate", "//", "[", "current()/..", "count(", "1 div 0", "\x00", "\u202e", "1a", "", "position(..)", "<", "&",
    "indexed-repeat(", "jr:itext('x')", "pulldata('a','b','c','d')", "1e400", "once(", "${last-saved#name}", "a::b",
    "data", "meta", "x" * 3000, "(" * 200, "1" + "+1" * 500, "range", "start=0 end=0 step=0", "..", "rank need",
    "randomize=true seed=${name}",
)  # fmt: skip


def mutated(seed: int) -> bytes:
    """The questionnaire with every feature, with a few cells and rows spoilt."""
    chance = random.Random(seed)
    rows = [line.split("|")[1:-1] for line in EVERYTHING.decode().strip().splitlines()]
    for _ in range(chance.randint(1, 6)):
        place, kind = chance.randrange(len(rows)), chance.random()
        row = rows[place]
        if kind < 0.6:
            cell = chance.randrange(len(row))
            at = chance.randint(0, len(row[cell])) if kind > 0.4 else 0
            row[cell] = row[cell][:at] + chance.choice(BITS) + (row[cell][at:] if kind > 0.4 else "")
        elif kind < 0.7:
            rows.pop(place)
        elif kind < 0.8:
            rows.insert(chance.randrange(len(rows)), list(row))
        elif kind < 0.9:
            rows[place] = list(chance.choice(rows))
        else:
            chance.shuffle(row)
    return "\n".join(f"|{'|'.join(row)}|" for row in rows).encode()


@pytest.mark.parametrize("block", range(5))
def test_a_spoilt_workbook_gives_problems_or_opens_but_never_fails(block: int) -> None:
    for seed in range(block * 100, block * 100 + 12):
        read = read_workbook(mutated(seed), "f.md")
        assert (read.compiled is None) == bool(read.problems), seed
        assert all(one.sheet in ("", *READ_SHEETS) and one.sentence and one.remedy for one in read.problems), seed
        if read.compiled:
            walk(read.compiled, walks=1)


def test_the_robot_answers_every_question_of_the_form_with_every_feature() -> None:
    read = read_workbook(EVERYTHING, "f.md")
    assert read.compiled
    walked = walk(read.compiled, walks=12)
    assert (walked.stuck, walked.unreached) == ((), ())
    assert walked.answered == walked.questions == 21
    assert walked.rounds > 2


def test_the_robot_finds_a_question_that_no_answer_fits_and_one_that_never_comes_up() -> None:
    book = survey(
        "type | name | label | relevant | constraint\ninteger | a | A | | . > 5 and . < 4\ntext | b | B | 1 = 2 |",
        "",
        "form_id | version\nf | 1",
    )
    read = read_workbook(book, "f.md")
    assert read.compiled
    walked = walk(read.compiled)
    assert (walked.stuck, walked.unreached) == (("/data/a",), ("/data/b",))


@pytest.mark.parametrize("name", shipped.names())
def test_a_shipped_questionnaire_opens_without_a_remark_and_can_be_filled_in(name: str) -> None:
    read = read_workbook(shipped.source(name), f"{name}.md")
    assert read.compiled, read.problems
    assert read.warnings == ()
    assert read.compiled.id == name
    walked = walk(read.compiled, walks=8)
    assert (walked.stuck, walked.unreached) == ((), ())
    assert set(read.compiled.titles) > {"中文 (zh)", "English (en)"}


def test_shipped_are_the_needs_of_new_residents_and_the_safety_of_the_home() -> None:
    assert shipped.names() == ("home_safety", "new_resident_needs")
    with pytest.raises(LookupError):
        shipped.load("nothing")


def test_home_safety_counts_deadly_dangers_three_and_says_what_class() -> None:
    session = Session(shipped.load("home_safety"))
    assert (session.result().score, session.result().level) == ("0", "safe")
    session.set("/data/falls/floor", "danger")
    assert (session.result().score, session.result().level) == ("1", "mend")
    session.set("/data/power/exits", "danger")
    assert (session.result().score, session.result().level) == ("4", "at_once")
    assert session.state("/data/result").label == "隐患得分 4：立即整改"
    session.set("/data/fire/fuel", "bottle")
    assert session.is_asked("/data/fire/bottle_place")
    session.set("/data/fire/fuel", "electric")
    assert not session.is_asked("/data/fire/gas_hose")


def test_needs_of_new_residents_speak_of_the_nine_groups() -> None:
    from models.records.visit import AssessmentEntry  # noqa: F401  # the groups below are those of its needs

    session = Session(shipped.load("new_resident_needs"))
    session.set("/data/fields/work", ["wages", "checkup"])
    session.set("/data/fields/school", ["none"])
    session.set("/data/fields/health", "refused")
    assert not session.is_asked("/data/groups/veterans")
    session.set("/data/home/members", ["veteran"])
    session.set("/data/groups/veterans", ["placement"])
    result = session.result()
    assert result.needs == ("work", "health", "veterans")
    assert (result.score, result.level) == ("3", "needs")
    assert result.answers["fields/health"] == "refused"
    groups = {
        group for node in session.compiled.nodes.values() for group in node.get("ours", {}).get("needs", {}).values()
    }
    assert groups == {
        "childhood", "education", "work", "health", "elderly", "housing", "support", "veterans", "culture",
    }  # fmt: skip


def test_states_become_questions_that_the_existing_fields_draw() -> None:
    read = read_workbook(EVERYTHING, "f.md")
    assert read.compiled
    session = Session(read.compiled)
    drawn = {}
    for item in session.items():
        if item.kind == "question":
            drawn[item.path] = face.question_of(session.state(item.path))
    name, district = drawn["/data/about/name"], drawn["/data/district"]
    assert name
    assert (name.kind, name.label, name.required) == ("text", "姓名“全名”", True)
    assert district
    assert dict(district.choices) == {"heping": "和平区", "hexi": "河西区"}
    scale = drawn["/data/scale"]
    assert scale
    assert (scale.whole, scale.least, scale.most) == (True, 1.0, 5.0)
    assert drawn["/data/hello"] is None
    assert drawn["/data/photo"] is None
