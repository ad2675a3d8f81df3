import json
import struct
import subprocess
import sys

import pytest
from fontTools.subset import Subsetter
from fontTools.ttLib import TTFont

from reports import fonts, lines
from reports.letter import render_letter
from reports.typeface import Typeface, typeface
from tests.reports.character_lists import PERSONAL_NAMES, STANDARD_BEYOND_LEVEL_1
from tests.reports.letters import letter, page_texts

LEVEL_1 = [*range(0x3400, 0x4DB6), *range(0x4E00, 0x9FF0)]  # GB 18030-2022, implementation level 1


def postscript_name(face: str) -> str:
    table = typeface(face).table(b"name")
    _format, count, strings = struct.unpack(">3H", table[:6])
    for record in range(6, 6 + 12 * count, 12):
        *_ids, number, length, offset = struct.unpack(">6H", table[record : record + 12])
        if number == 6:
            return table[strings + offset : strings + offset + length].decode("utf-16-be")
    raise AssertionError(face)


def test_all_of_gb_18030_level_2_can_be_shown_in_song():
    codes = LEVEL_1 + [ord(c) for c in STANDARD_BEYOND_LEVEL_1]
    assert len(set(codes)) == 27_754
    assert [chr(code) for code in codes if not fonts.has("song", chr(code))] == []


def test_all_8105_standard_characters_can_be_shown_in_song():
    beyond = [c for c in STANDARD_BEYOND_LEVEL_1 if not fonts.has("song", c)]
    assert beyond == [], "the others of the 8,105 are of level 1, which is shown whole"
    assert len(set(STANDARD_BEYOND_LEVEL_1)) == 27_754 - len(LEVEL_1)


def test_every_character_submitted_for_personal_names_can_be_shown():
    assert len(PERSONAL_NAMES) == 69 + 217
    assert fonts.missing(PERSONAL_NAMES) == []


@pytest.mark.parametrize("face", ["title", "hei", "kai", "names"])
def test_the_other_faces_have_the_common_characters(face):
    gb2312 = "".join(
        bytes([row, cell]).decode("gb2312", "ignore") for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF)
    )
    if face == "names":  # the 8,105 standard characters, which leave out three of the 3,755 most common of 1980
        common = "".join(c for c in gb2312[:3755] if c not in "磺硷矽")
    else:
        common = gb2312 + "ABCxyz0123456789，。《》“”（）〔〕—…·"
    assert len(gb2312) == 6763
    assert [c for c in common if not fonts.has(face, c)] == []


def test_rare_names_are_shown_whole_in_one_face():
    assert fonts.covering("𬱖𫖯㛃䶮𫍽堃喆㐱㻾") == "song"
    assert fonts.covering("林赟淼", "kai") == "kai"
    assert fonts.covering("买买提·吐尔逊江·阿不都热合曼") == "song"
    beyond_song = next(c for c in PERSONAL_NAMES if not fonts.has("song", c))
    assert fonts.covering("李" + beyond_song) == "names", "the common character comes along into the fallback"


def test_characters_of_no_face_are_listed_once_in_order():
    assert fonts.missing("李\U0010fffe明\ue000\U0010fffe") == ["\U0010fffe", "\ue000"]
    assert fonts.covering("李\ue000") is None
    assert fonts.missing("第一行\n第二行") == []


def test_faces_have_names_of_their_own_and_licences_beside_them():
    names = {face: postscript_name(face) for face in fonts.FACES}
    assert len(set(names.values())) == len(fonts.FACES)
    assert all(name.startswith("Jinmen") for name in names.values())
    for face in fonts.FACES:
        licence = (fonts.PACKED / face / "LICENSE.txt").read_text(encoding="utf-8")
        assert "SIL OPEN FONT LICENSE" in licence or "ARPHIC PUBLIC LICENSE" in licence


def test_the_packed_faces_weigh_no_more_than_15_megabytes():
    assert sum(file.stat().st_size for file in fonts.PACKED.rglob("*") if file.is_file()) <= 15_000_000


def test_unpacking_twice_leaves_the_same_file_and_no_parts(tmp_path, monkeypatch):
    monkeypatch.setattr(fonts, "folders", lambda: (tmp_path / "a", tmp_path / "b"))
    fonts.font_file.cache_clear()
    try:
        first = fonts.font_file("hei")
        written = first.stat().st_mtime_ns
        fonts.font_file.cache_clear()
        assert fonts.font_file("hei") == first
        assert first.stat().st_mtime_ns == written
        assert [file.name for file in (tmp_path / "a").iterdir()] == [first.name]
        first.write_bytes(b"cut short")
        fonts.font_file.cache_clear()
        assert fonts.font_file("hei").stat().st_size > 2_000_000, "a file of the wrong size is replaced"
    finally:
        fonts.font_file.cache_clear()


def test_a_program_folder_that_cannot_be_written_sends_faces_to_the_user_cache(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("a file where the folder should be")
    monkeypatch.setattr(fonts, "folders", lambda: (tmp_path / "file" / "fonts", tmp_path / "cache"))
    fonts.font_file.cache_clear()
    try:
        assert fonts.font_file("hei").parent == tmp_path / "cache"
    finally:
        fonts.font_file.cache_clear()


@pytest.fixture
def added(tmp_path, monkeypatch):
    """The folder for faces of the office, forgotten afterwards."""
    cached = (fonts._packs, fonts.font_file, fonts.coverage, fonts.has, fonts._shown_somewhere)
    cached += (lines.face_for, lines._drawn, typeface)
    monkeypatch.setattr(fonts, "data_folder", lambda: tmp_path)
    for function in cached:
        function.cache_clear()
    (tmp_path / "fonts").mkdir()
    yield tmp_path / "fonts"
    monkeypatch.undo()
    for function in cached:
        function.cache_clear()


def rarest(folder, code):
    """A small TrueType face with one character of level 3."""
    font = TTFont(fonts.font_file("names"))
    glyph = font.getBestCmap()[ord("李")]
    for table in font["cmap"].tables:
        table.cmap = {code: glyph} if table.format == 12 else {}
    keep = Subsetter()
    keep.populate(unicodes=[code])
    keep.subset(font)
    font.save(folder / "HanaMinB 2017.ttf")


def test_a_face_laid_into_the_data_folder_shows_what_no_face_of_ours_can(added):
    character = "\U00028123"
    assert fonts.missing(character) == [character]
    rarest(added, ord(character))
    (added / "notes.txt").write_text("no face")
    (added / "broken.ttf").write_bytes(b"no face either")
    for function in (fonts._packs, fonts.coverage, fonts.has, fonts._shown_somewhere):
        function.cache_clear()
    assert fonts.missing(character) == []
    assert fonts.covering("李𬱖") == "song", "only for what ours lack"
    assert fonts.refused_faces() == ("broken.ttf", "notes.txt")
    value = letter(address="示范区样本街道" + character + "里")
    assert "示范区样本街道" + character + "里" in page_texts(render_letter(value))[0]


def test_accents_of_european_names_are_shown_whole_in_one_face():
    assert fonts.covering("Łukasz Dvořák") == "kai"
    assert fonts.covering("Müller") == "song"


def test_the_old_character_map_says_the_same_as_the_new_one():
    table = typeface("hei").table(b"cmap")
    offsets = [int.from_bytes(table[at + 4 : at + 8], "big") for at in (4, 12)]
    old = next(fonts._format_4(table[at:]) for at in offsets if table[at : at + 2] == b"\0\4")
    assert len(old) > 6000
    assert {code: fonts.coverage("hei").glyph(code) for code in old} == old


def test_a_damaged_packed_face_is_refused_and_leaves_nothing(tmp_path, monkeypatch):
    import lzma

    (tmp_path / "packed" / "hei").mkdir(parents=True)
    (tmp_path / "packed" / "hei" / "hei.ttf.xz").write_bytes(lzma.compress(b"not a font"))
    monkeypatch.setattr(fonts, "folders", lambda: (tmp_path / "a", tmp_path / "b"))
    fonts.family("hei")  # the list of faces is read before the folder is exchanged
    monkeypatch.setattr(fonts, "PACKED", tmp_path / "packed")
    fonts.font_file.cache_clear()
    try:
        with pytest.raises(fonts.DamagedFont):
            fonts.font_file("hei")
        assert not (tmp_path / "a").exists()
    finally:
        fonts.font_file.cache_clear()


def test_finding_a_face_needs_no_reportlab():
    code = "import sys, reports.fonts; reports.fonts.font_file('hei'); print('reportlab' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=fonts.HERE, check=True)
    assert done.stdout.strip() == "False"


def test_the_list_of_faces_names_each_file_by_its_hash():
    listed = json.loads((fonts.PACKED / "faces.json").read_text(encoding="utf-8"))
    assert set(listed) == set(fonts.FACES)
    for face in fonts.FACES:
        assert listed[face]["sha256"][:12] in fonts.font_file(face).name
        assert fonts.family(face) == listed[face]["family"]


def test_a_subset_holds_the_same_outlines_as_the_face(tmp_path):
    face = typeface("names")
    glyphs = [face.characters.glyph(ord(c)) for c in "李王·"]
    file = tmp_path / "subset.ttf"
    file.write_bytes(face.subset(glyphs))
    again = Typeface("subset", file, face.characters)
    for number, glyph in enumerate(glyphs, 1):
        outline = face._outline(glyph)
        assert len(outline) > 10
        assert again._outline(number).rstrip(b"\0") == outline.rstrip(b"\0"), "but for the filling up to four bytes"
    assert [again.advance(n + 1) for n in range(3)] == [face.advance(g) for g in glyphs]
