"""A questionnaire written as a workbook opens again as the same questionnaire."""

import io

import pytest
from openpyxl import load_workbook

from reports.questionnaire_workbook import write_workbook

SHEETS = {
    "survey": (
        ("type", "name", "label::中文 (zh)", "calculation"),
        ("calculate", "a", "", "=1+1"),
        ("note", "n", "好", ""),
    ),
    "settings": (("form_id", "version"), ("f", "007")),
}


def test_every_cell_stays_the_text_that_its_author_wrote() -> None:
    book = load_workbook(io.BytesIO(write_workbook(SHEETS)))
    assert book.sheetnames == ["survey", "settings"]
    assert [[cell.value or "" for cell in row] for row in book["survey"].rows] == [
        list(row) for row in SHEETS["survey"]
    ]
    assert book["survey"]["D2"].data_type == "s"
    assert book["settings"]["B2"].value == "007"
    assert book["survey"].freeze_panes == "C2"


def test_a_name_that_no_sheet_can_have_is_refused() -> None:
    with pytest.raises(ValueError, match="no sheet can be called so"):
        write_workbook({"a" * 40: ()})


@pytest.mark.parametrize("name", ["home_safety", "new_resident_needs"])
def test_a_shipped_questionnaire_comes_back_as_it_went(name: str) -> None:
    from forms.xlsform import shipped
    from forms.xlsform.reading import read_workbook

    compiled = shipped.load(name)
    again = read_workbook(write_workbook(compiled.sheets), f"{name}.xlsx")
    assert again.compiled, again.problems
    assert again.compiled.body == compiled.body
