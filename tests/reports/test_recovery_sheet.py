"""The recovery code on paper: every group of it, one sheet, in both languages."""

from datetime import date

import pypdfium2
import pytest

from reports.recovery_sheet import RecoverySheet, render_recovery_sheet

CODE = "T80Z-WAHZ-0J4K-9M2P-7Q3R-5S1T-8V6W-2X4Y-5"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_whole_code_stands_on_one_sheet(language):
    value = RecoverySheet(
        language=language,
        office="天津市和平区劝业场街道花园路社区居民委员会",
        maker="周敏",
        casebook="0197a2c4",
        code=CODE,
        made_on=date(2026, 11, 22),
    )
    pdf = render_recovery_sheet(value)
    document = pypdfium2.PdfDocument(pdf)
    (text,) = ["".join(page.get_textpage().get_text_range().split()) for page in document]
    document.close()
    assert CODE.replace("-", "") in text
    assert "周敏" in text
    assert "0197a2c4" in text
    assert render_recovery_sheet(value) == pdf
