import itertools
import random

import pytest

from reports.lines import (
    DIGITS,
    MAX_STRETCH,
    NO_END,
    NO_START,
    Line,
    Run,
    break_lines,
    name_run,
    shape,
    width_of,
)

WORDS = (  # noqa: SIM905
    "居民、社区工作者、上门走访、困难残疾人生活补贴、经评估为重度失能的老年人、所需资金由区财政负担、最低生活保障、第3条、电话："
).split("、")
WORDS += [
    "持有居住证的新市民随迁子女",
    "可以向居住地街道办事处提出申请",
    "阿不都热合曼",
    "𬱖",
    "（津政办发〔2021〕52号）",
]
WORDS += ["《若干措施》", "“新市民”", "——", "……", "（《“引”》）", *"，。；：、！？·（）《》"]
WORDS += ["120101194303080000", "022-27210000", "200元", "2026年11月6日", "1,200.50元", "80%", "￥35", "3.5℃"]
WORDS += ["A4", "Wi-Fi", "office"]


def paragraphs(count: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    return [joined(chance.choices(WORDS, k=chance.randint(10, 90))) for _ in range(count)]


def joined(words: list[str]) -> str:
    """The words after each other, with a Chinese word between two that would grow into one number or Latin word."""
    text = words[0]
    for word in words[1:]:
        text += "及其家庭" + word if word[0].isascii() and text[-1].isascii() else word
    return text


def lines_of(text: str, measure: float, indent: float = 2.0) -> list[Line]:
    return break_lines(shape([Run(text)]), measure, indent)


@pytest.fixture(scope="module")
def broken() -> list[tuple[float, float, list[Line]]]:
    chance = random.Random(7)
    out = []
    for text in paragraphs(1300, 6):
        measure = chance.choice((24.0, 28.0, 31.6, 36.85, 42.1))
        lines = lines_of(text, measure)
        out += [(measure, 2.0 if number == 0 else 0.0, [line]) for number, line in enumerate(lines)]
    return out


def test_ten_thousand_lines_were_broken(broken):
    assert len(broken) >= 10_000


def test_no_line_overruns_its_measure(broken):
    over = [line.text for measure, indent, (line,) in broken if line.filled > measure - indent + 1e-6]
    assert over == []


def test_no_line_starts_with_a_closing_mark_or_ends_with_an_opening_one():
    wrong = []
    for text in paragraphs(600, 11):
        lines = [line.text for line in lines_of(text, 30.0)]
        wrong += [line for line in lines[1:] if line[0] in NO_START]
        wrong += [line for line in lines[:-1] if line[-1] in NO_END]
    assert wrong == []


def test_no_number_is_cut_and_no_dash_or_ellipsis(broken):
    for text in paragraphs(600, 12):
        lines = [line.text for line in lines_of(text, 28.0)]
        for above, below in itertools.pairwise(lines):
            assert not (above[-1] in DIGITS and below[0] in DIGITS), (above, below)
            assert not (above[-1] in "—…" and below[0] in "—…"), (above, below)


def test_nothing_is_lost_but_spaces_at_line_ends():
    for text in paragraphs(200, 13):
        joined = "".join(line.text for line in lines_of(text, 26.0))
        assert joined.replace(" ", "") == text.replace(" ", "")


def test_gaps_are_small_and_only_between_chinese_characters(broken):
    stretched = [line for _, _, (line,) in broken if line.stretch]
    assert len(stretched) > 5000
    for line in stretched:
        assert 0 < line.stretch <= MAX_STRETCH
        for glyph, after in itertools.pairwise(line.glyphs):
            if glyph.stretch_after:
                assert glyph.kind == after.kind == "han"
                assert glyph.character not in DIGITS
                assert after.character not in DIGITS


def test_justified_lines_fill_the_measure_exactly(broken):
    for measure, indent, (line,) in broken:
        if line.stretch:
            assert line.filled == pytest.approx(measure - indent)


def test_a_line_that_would_need_wide_gaps_stays_ragged():
    (first, *_rest) = break_lines(shape([Run("办理电话和证件号：120101194303080000")]), 12.0)
    assert first.text == "办理电话和证件号："
    assert first.stretch == 0


def test_marks_side_by_side_share_their_blanks():
    assert width_of(shape([Run("规划》（津")])) == pytest.approx(4.5)
    assert width_of(shape([Run("说：“《引》”")])) == pytest.approx(5.0)
    assert width_of(shape([Run("完。")])) == pytest.approx(1.5), "the last mark needs only its ink"


def test_quotes_and_figures_inside_kai_come_from_song():
    glyphs = shape([Run("“满80周岁”", "kai")])
    assert [g.face for g in glyphs] == ["song", "kai", "song", "song", "kai", "kai", "song"]


def test_a_dash_is_two_characters_wide_and_a_middle_dot_half_a_one():
    assert width_of(shape([Run("至——请")])) == pytest.approx(4.0)
    assert width_of(shape([Run("买买提·吐")])) == pytest.approx(4.5)


def test_english_breaks_at_spaces_and_keeps_words_whole():
    text = "The community has visited the resident at home and refers her to your office, as the well-known rules say."
    lines = break_lines(shape([Run(text)]), 16.0, justify=False)
    assert " ".join(line.text for line in lines).replace("- ", "-") == text
    assert len(lines) > 3
    assert all(line.filled <= 16.0 for line in lines)


def test_narrow_quotes_stand_in_english():
    assert width_of(shape([Run("“at home”")])) < width_of(shape([Run("at home")])) + 1


def test_a_whole_run_moves_to_the_next_line_and_is_cut_only_when_wider_than_a_line():
    name = "买买提·吐尔逊江·阿不都热合曼"
    lines = break_lines(shape([Run("现将居民"), name_run(name), Run("转介")]), 15.0)
    assert [line.text for line in lines] == ["现将居民", name + "转", "介"]
    cut = break_lines(shape([name_run(name)]), 6.0)
    assert "".join(line.text for line in cut) == name
    assert all(line.filled <= 6.0 + 1e-6 for line in cut)
    assert all(line.text[0] != "·" for line in cut)


def test_a_name_is_never_stretched():
    lines = break_lines(shape([Run("居民"), name_run("买买提·吐尔逊江"), Run("因生活困难申请临时救助金事宜")]), 14.3)
    for glyph in lines[0].glyphs:
        if glyph.whole and glyph.character != "江":
            assert not glyph.stretch_after


def test_a_number_wider_than_the_line_is_cut_rather_than_lost():
    lines = break_lines(shape([Run("1" * 60)]), 10.0)
    assert "".join(line.text for line in lines) == "1" * 60
    assert all(line.filled <= 10.0 + 1e-6 for line in lines)


def test_a_last_line_has_no_single_character():
    text = "经了解该居民可能符合下列事项的办理条件现转介贵处请按规定受理审核并及时退回。"
    lines = [line.text for line in break_lines(shape([Run(text)]), (len(text) - 2) / 2, 0)]
    assert len(lines) == 3
    assert lines[-1] == "退回。"
    first = break_lines(shape([Run(text)]), (len(text) - 2) / 2, 0)[1]
    assert 0 < first.stretch <= MAX_STRETCH


def test_a_character_of_no_face_is_refused():
    with pytest.raises(KeyError):
        shape([Run("\U0010ffff")])
