"""An invented month of an office."""

from datetime import date

from models.services.statistics_views import (
    FEW,
    Figure,
    Month,
    NeedCount,
    OfficeCount,
    Seen,
    Statistics,
    WorkerVisits,
)
from tests.reports.papers import LONG, OFFICE

NOW = Month(2026, 10)
MONTH = Statistics(
    office=OFFICE,
    place="",
    month=NOW,
    until=date(2026, 10, 31),
    made_on=date(2026, 11, 2),
    data_from=date(2025, 8, 5),
    people=(
        Figure("residents", 3052, 3040, 2980),
        Figure("households", 1252, 1240, 1180),
        Figure("came", 21, 18, None),
        Figure("births", 2, 1, None),
        Figure("went", 9, 9, None),
        Figure("deaths", 1, 0, None),
    ),
    stocks=tuple(
        (NOW.later(n - 11), *((2900 + 13 * n, 1100 + 7 * n) if n > 1 else (None, None))) for n in range(12)
    ),
    ages=(
        ("0–6", 61, 57), ("7–17", 140, 133), ("18–59", 802, 790), ("60–69", 310, 342), ("70–79", 166, 190),
        ("80–89", 17, 40), ("90+", FEW, "…"),
    ),
    visits=(
        Figure("visits", 182, 160, 95), Figure("met", 131, 110, 60), Figure("nobody_home", 37, 40, 30),
        Figure("refused", 11, 9, 5), Figure("moved_away", 3, 1, 0),
    ),
    workers=(
        WorkerVisits("周敏", (62, 15, 4, 1)), WorkerVisits(LONG, (40, 12, 5, 1)), WorkerVisits("王芳", (29, 10, 2, 1)),
    ),
    coverage=(Seen(30, 131, 1252), Seen(90, 390, 1252), Seen(180, 720, 1252), Seen(365, 1101, 1252)),
    needs=(
        NeedCount("childhood", 3, 1, 7), NeedCount("work", 5, 2, 2), NeedCount("health", 12, 8, 5),
        NeedCount("elderly", 31, 22, 19), NeedCount("support", 9, 4, 8),
    ),
    work=(
        Figure("needs_opened", 60, 51, 22), Figure("needs_closed", 37, 30, 12), Figure("assessments", 14, 9, None),
        Figure("questionnaires", 25, 20, None), Figure("issued", 33, 28, 10), Figure("answered", 24, 20, 8),
        Figure("days", 6.5, 8, None),
    ),
    levels=(("老年人能力评估", "轻度失能", 8), ("老年人能力评估", "中度失能", 6)),
    found=tuple((f"第{n}项基本公共服务补贴", f"Benefit number {n} for people in need", 200 - 9 * n) for n in range(20)),
    found_on=date(2026, 11, 2),
    statuses=(("issued", 4), ("accepted", 12), ("done", 15), ("refused", 2)),
    offices=(
        OfficeCount("样本街道办事处党群服务中心", 18, 13, 5.0), OfficeCount("示范区民政局", 10, 8, 9.5),
        OfficeCount("示范区残疾人联合会", 5, 3, None),
    ),
    outcomes=(("granted", 15), ("refused", 3)),
    asked=(("入户走访问卷", 25),),
)  # fmt: skip
