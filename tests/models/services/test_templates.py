"""Templates of papers: versions, what is in use, what keeps one from being saved, files, and letters that stay."""

import base64
import json
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from models import imaging
from models.casebook import Casebook
from models.errors import NotFound
from models.records.layout import Layout, Margins
from models.records.referral import MatterEntry, ReferralEntry
from models.records.template import PROGRAM, TemplateEntry
from models.services.template_views import BadTemplateFile, Desk, TemplateUnfit
from tests.models.services.people import five_people

WORDS = {
    "zh.title": "转介单",
    "zh.to": "{receiver}：",
    "zh.body": "我社区工作人员已上门走访居民{name}，现转介至贵处。",
    "en.place": "Where to go: ",
    "zh.amount": "　标准：{amount}",
}
TOFU = "\U0003fffd"


def desk(fit: str = "") -> Desk:
    """A window that has the words above and cannot print one character."""
    return Desk(WORDS, lambda text: tuple(TOFU if TOFU in text else ""), lambda _layout: fit)


def entry(name: str = "本社区", **layout: object) -> TemplateEntry:
    return TemplateEntry(name=name, layout=Layout(**layout))


def save(book: Casebook, family: str = "", *, use: bool = True, name: str = "本社区", **layout: object) -> str:
    return book.templates.save(entry(name, **layout), desk(), family, use=use).id


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 200)) -> bytes:
    made = Image.new("RGB", size, "white")
    for x in range(0, size[0], 3):
        made.putpixel((x, size[1] // 2), (200, 0, 0))
    out = BytesIO()
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "secret")
    made.save(out, kind, **({"pnginfo": notes} if kind == "PNG" else {"comment": b"secret"}))
    return out.getvalue()


def as_logo(data: bytes) -> str:
    return base64.b64encode(data).decode()


def fields(book: Casebook, fit: str = "", name: str = "本社区", **layout: object) -> list[str]:
    """Beside which fields something is wrong."""
    return [problem.field for problem in book.templates.check(entry(name, **layout), desk(fit))]


# Versions, and what is in use.


def test_a_change_is_a_new_version_and_the_one_before_stays_as_it_was(casebook, clock):
    first = save(casebook, texts={"zh.title": "服务转介单"})
    clock.move(minutes=5)
    second = save(casebook, first, paper="16K", texts={"zh.title": "服务转介单"})
    (family,) = casebook.templates.all()
    assert [(view.id, view.version, view.in_use) for view in family.versions] == [(second, 2, True), (first, 1, False)]
    assert family.versions[1].layout.paper == "A4"
    assert [view.layout.version for view in family.versions] == [2, 1]
    assert family.newest.worker == "周敏"
    assert family.newest.at > family.versions[1].at


def test_saving_what_is_there_already_makes_no_version(casebook):
    first = save(casebook, paper="16K")
    assert save(casebook, first, paper="16K") == first
    assert len(casebook.templates.all()[0].versions) == 1


def test_saving_what_is_there_already_still_puts_it_in_use(casebook):
    first = save(casebook, use=False)
    assert casebook.templates.in_use() == []
    assert save(casebook, first) == first
    assert [view.id for view in casebook.templates.in_use()] == [first]


def test_a_version_that_is_only_kept_leaves_the_older_one_in_use(casebook):
    first = save(casebook)
    second = save(casebook, first, use=False, paper="A5")
    assert casebook.templates.of_letter()[0] == first
    casebook.templates.choose(second)
    assert casebook.templates.of_letter()[0] == second
    casebook.templates.choose(first)
    assert [view.id for view in casebook.templates.in_use()] == [first]


def test_of_several_templates_in_use_the_oldest_is_taken_by_itself(casebook):
    first, second = save(casebook), save(casebook, name="涉外", receipt=False)
    assert [view.id for view in casebook.templates.in_use()] == [first, second]
    assert casebook.templates.of_letter()[0] == first
    assert casebook.templates.of_letter(template_id=second)[1].receipt is False


def test_without_a_template_and_on_demand_the_layout_of_the_program_is_taken(casebook):
    assert casebook.templates.of_letter() == ("", Layout())
    save(casebook, paper="A5")
    assert casebook.templates.of_letter(template_id=PROGRAM) == ("", Layout())


def test_a_withdrawn_template_is_not_offered_and_can_be_chosen_again(casebook):
    made = save(casebook)
    casebook.templates.withdraw(made)
    assert casebook.templates.in_use() == []
    assert casebook.templates.of_letter() == ("", Layout())
    casebook.templates.choose(made)
    assert casebook.templates.in_use()[0].id == made


def test_saving_is_taken_back_whole(casebook):
    first = save(casebook)
    changed = casebook.templates.save(entry(paper="16K"), desk(), first)
    casebook.undo(changed.operations)
    (family,) = casebook.templates.all()
    assert [view.id for view in family.versions] == [first]
    assert family.in_use is not None


def test_a_copy_is_a_template_of_its_own_that_is_not_in_use(casebook):
    first = save(casebook, paper="16K")
    copied = casebook.templates.copy(first, "副本").id
    assert {view.newest.name for view in casebook.templates.all()} == {"本社区", "副本"}
    view = casebook.templates.get(copied)
    assert (view.version, view.in_use, view.layout.paper) == (1, False, "16K")
    save(casebook, copied, name="副本", paper="A5")
    assert casebook.templates.get(first).layout.paper == "16K"


def test_what_is_not_here_is_said(casebook):
    for verb in (casebook.templates.choose, casebook.templates.withdraw, casebook.templates.get):
        with pytest.raises(NotFound):
            verb("nothing")
    with pytest.raises(NotFound):
        save(casebook, "nothing")
    with pytest.raises(NotFound):
        casebook.templates.of_letter(template_id="nothing")


# What keeps a template from being saved.


def test_the_layout_of_the_program_has_no_problem(casebook):
    assert fields(casebook) == []
    assert fields(casebook, paper="16K") == []
    assert fields(casebook, paper="A5", margins=Margins(left=20, right=18)) == []


def test_margins_leave_room_for_the_text(casebook):
    assert fields(casebook, margins=Margins(left=50, right=50)) == []
    assert fields(casebook, paper="16K", margins=Margins(left=50, right=40)) == ["margins.left"]
    assert fields(casebook, paper="A5", margins=Margins(left=20, right=50)) == ["margins.right"]
    assert fields(casebook, margins=Margins(top=60, bottom=50)) == ["margins.top"]


def test_required_parts_may_not_be_left_out_and_others_may(casebook):
    assert fields(casebook, blocks=("matters", "resident")) == []
    assert fields(casebook, blocks=("matters",)) == ["blocks"]
    assert fields(casebook, blocks=("resident", "matters", "matters")) == ["blocks"]
    assert fields(casebook, blocks=("resident", "matters", "poem")) == ["blocks"]


@pytest.mark.parametrize(
    ("key", "text", "word"),
    [
        ("zh.body", "现转介至贵处。", "{name}"),
        ("zh.body", "居民{name}住在{street}。", "{street}"),
        ("zh.body", "居民{name}，请}办理。", "{name}"),
        ("zh.title", "转" * 30, "29"),
        ("zh.title", "转介" + TOFU, "print"),
        ("zh.numerals", "甲 乙", "may change"),
        ("fr.title", "Lettre", "may change"),
    ],
)
def test_texts_keep_their_places_and_have_room_and_a_face(casebook, key, text, word):
    (problem,) = casebook.templates.check(entry(texts={key: text}), desk())
    assert problem.field == f"texts.{key}"
    assert word in problem.words


def test_texts_are_kept_on_one_line_with_the_white_space_of_the_programs_own(casebook):
    texts = {"en.place": " Please\ngo to: ", "zh.amount": "金额：{amount}", "zh.title": "转介单 ", "zh.to": "  "}
    kept = casebook.templates.get(save(casebook, texts=texts)).layout.texts
    assert kept == {"en.place": "Please go to: ", "zh.amount": "　金额：{amount}"}


def test_a_heading_in_no_face_and_a_missing_name_stand_beside_their_fields(casebook):
    assert fields(casebook, heading="津" + TOFU) == ["heading"]
    problems = casebook.templates.check(TemplateEntry.model_construct(name=" ", layout=Layout()), desk())
    assert [problem.field for problem in problems] == ["name"]


@pytest.mark.parametrize("fit", ["pages", "outside", "overlap", "number", "drawing"])
def test_the_longest_letter_must_fit(casebook, fit):
    (problem,) = casebook.templates.check(entry(), desk(fit))
    assert problem.field == "sample"
    assert problem.words.endswith(".")


def test_what_has_a_problem_is_not_saved_and_says_why(casebook):
    with pytest.raises(TemplateUnfit) as trouble:
        save(casebook, blocks=("matters",))
    assert [problem.field for problem in trouble.value.problems] == ["blocks"]
    assert "must stay" in trouble.value.sentence()
    assert casebook.templates.all() == []


# The logo.


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_logo_is_drawn_anew_without_what_its_file_told(kind):
    made = imaging.logo(picture(kind))
    assert b"secret" in picture(kind)
    assert b"secret" not in made
    assert made.startswith(b"\x89PNG")
    assert imaging.logo(picture(kind)) == made
    assert Image.open(BytesIO(made)).size == (300, 200)


def test_a_clear_logo_stands_on_white():
    clear = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    out = BytesIO()
    clear.save(out, "PNG")
    assert Image.open(BytesIO(imaging.logo(out.getvalue()))).convert("RGB").getpixel((5, 5)) == (255, 255, 255)


def test_a_large_logo_is_made_smaller_until_letters_can_carry_it():
    large = Image.effect_mandelbrot((1600, 1200), (-2, -1.2, 1, 1.2), 60).convert("RGB")
    out = BytesIO()
    large.save(out, "PNG")
    assert len(imaging.logo(out.getvalue())) <= imaging.LOGO_BYTES


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"GIF89a not a picture", "format"),
        (b"\0" * (imaging.LOGO_FILE_BYTES + 1), "bytes"),
        (picture(size=(300, 20)), "shape"),
        (picture()[:-60], "damaged"),
    ],
)
def test_what_is_no_logo_is_refused_with_a_sentence(data, reason):
    with pytest.raises(imaging.BadLogo) as trouble:
        imaging.logo(data)
    assert trouble.value.facts["reason"] == reason
    assert "unchanged" in trouble.value.sentence()


def test_a_logo_that_cannot_be_read_is_a_problem(casebook):
    assert fields(casebook, logo=as_logo(imaging.logo(picture()))) == []
    assert fields(casebook, logo="AAAA") == ["logo"]
    assert fields(casebook, logo=as_logo(picture("JPEG"))) == ["logo"]
    assert fields(casebook, logo="no base64 at all") == ["logo"]


# Files.


def test_a_template_written_out_is_taken_in_as_it_was(casebook):
    texts = {"zh.title": "服务转介单"}
    made = save(casebook, paper="16K", logo=as_logo(imaging.logo(picture())), texts=texts, qr=False)
    data = casebook.templates.export(made)
    found = casebook.templates.read_file(data, desk())
    assert found.name == "本社区"
    assert found.layout == casebook.templates.get(made).layout.model_copy(update={"version": 1})
    assert "服务转介单" in data.decode(), "it can be read"


def changed_file(casebook: Casebook, **change: object) -> bytes:
    told = json.loads(casebook.templates.export(save(casebook)))
    for key, value in change.items():
        if key in told:
            told[key] = value
        else:
            told["layout"][key] = value
    return json.dumps(told).encode()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kind": "something"}, "kind"),
        ({"format": 2}, "newer"),
        ({"paper": "poem"}, "paper"),
        ({"layout": []}, "damaged"),
        ({"name": ""}, "damaged"),
        ({"margins": {"left": 5}}, "damaged"),
        ({"logo": "AAAA"}, "damaged"),
        ({"surprise": 1}, "damaged"),
        ({"blocks": ["matters"]}, "unfit"),
        ({"texts": {"zh.body": "没有姓名"}}, "unfit"),
    ],
)
def test_bad_files_are_refused_with_a_sentence(casebook, change, reason):
    data = changed_file(casebook, **change)
    with pytest.raises(BadTemplateFile) as trouble:
        casebook.templates.read_file(data, desk())
    assert trouble.value.facts["reason"] == reason
    assert "Nothing was taken in" in trouble.value.sentence()
    assert "{problem}" not in trouble.value.sentence()


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"", "kind"), (b"\xff\xfe\0", "kind"), (b"[1]", "kind"), (b"[" * 100_000, "kind"), (b" " * 2_000_000, "size")],
)
def test_files_that_are_no_template_are_refused(casebook, data, reason):
    with pytest.raises(BadTemplateFile) as trouble:
        casebook.templates.read_file(data, desk())
    assert trouble.value.facts["reason"] == reason


# Letters.


@pytest.fixture
def referral(casebook) -> ReferralEntry:
    five = casebook.households.register(five_people())
    return ReferralEntry(resident_id=five.ids[0], matters=(MatterEntry(service_id="S50"),), receiver="劝业场街道")


def letter_of(casebook: Casebook, referral_id: str) -> tuple[str, Layout]:
    letter = casebook.referrals.get(referral_id).letters[0]
    return letter.template_id, casebook.referrals.letter(letter.id).layout


def test_a_letter_takes_the_template_in_use_and_keeps_it(casebook, referral):
    before = casebook.referrals.issue(referral).id
    first = save(casebook, paper="16K")
    with_first = casebook.referrals.issue(referral).id
    second = save(casebook, first, paper="A5", margins=Margins(left=20, right=18))
    with_second = casebook.referrals.issue(referral).id
    casebook.templates.withdraw(second)
    assert letter_of(casebook, before) == ("", Layout())
    assert letter_of(casebook, with_first) == (first, Layout(paper="16K"))
    assert letter_of(casebook, with_second)[0] == second
    assert letter_of(casebook, with_second)[1].version == 2
    (family,) = casebook.templates.all()
    assert [view.letters for view in family.versions] == [1, 1]


def test_a_letter_takes_the_template_that_the_worker_chose(casebook, referral):
    save(casebook)
    other = save(casebook, name="涉外", paper="A5", margins=Margins(left=20, right=18))
    asked = referral.model_copy(update={"template_id": other})
    assert casebook.referrals.draft(asked).layout.paper == "A5"
    assert letter_of(casebook, casebook.referrals.issue(asked).id)[0] == other


def test_a_corrected_letter_keeps_the_template_of_the_letter_before_it(casebook, referral):
    by_program = casebook.referrals.issue(referral).id
    first = save(casebook, paper="16K")
    by_first = casebook.referrals.issue(referral).id
    save(casebook, first, texts={"zh.title": "单"})
    for referral_id, template in ((by_program, ""), (by_first, first)):
        casebook.referrals.correct(referral_id, referral, "写错")
        letters = casebook.referrals.get(referral_id).letters
        assert [letter.template_id for letter in letters] == [template, template]
        layouts = [casebook.referrals.letter(letter.id).layout for letter in letters]
        assert layouts[0] == layouts[1]


def test_a_template_without_the_red_head_leaves_it_out_of_every_letter(casebook, referral):
    assert casebook.referrals.draft(referral).red_head
    save(casebook, red_head=False)
    assert not casebook.referrals.draft(referral).red_head


def test_where_two_computers_put_two_versions_in_use_the_newer_one_counts(casebook):
    first = save(casebook)
    with casebook._book.verb("test") as work:  # as it comes from the other computer
        row = {"paper": "letter", "family": first, "version": 2, "name": "本社区", "worker": "韩冬", "at": work.now}
        other = work.add("paper_template", {**row, "body": Layout(paper="A5").model_dump(mode="json"), "in_use": True})
    assert [view.id for view in casebook.templates.in_use()] == [other]
    (family,) = casebook.templates.all()
    assert [view.in_use for view in family.versions] == [True, False]
    casebook.templates.withdraw(other)
    assert casebook.templates.in_use() == []
