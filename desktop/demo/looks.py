"""The other pages, the other themes, touch size, and every page in English."""

from desktop.demo.register import ELDEST
from desktop.demo.stage import Stage
from desktop.hands import settle

Place = tuple[str, str, dict[str, str]]  # name of the picture, page, where


def looks(stage: Stage) -> int:
    """Every page once more in both languages, some in the other themes and sizes."""
    shell, found = stage.shell, stage.found
    places: list[Place] = [
        ("07-today", "today", {}),
        ("10-residents", "residents", {"text": "wx"}),
        ("24-register-form", "register", {}),
        ("23-household", "household", {"household_id": found["household"]}),
        ("30-person", "person", {"resident_id": found[ELDEST]}),
        ("43-visit-form", "visit", {"household_id": found["household"]}),
        ("42-visits", "visits", {}),
        ("46-assessment-form", "assessment", {"resident_id": found["尉迟秀英"]}),
        ("61-referral-issued", "referral", {"referral_id": found["referral"]}),
        ("63-referrals", "referrals", {}),
        ("73-sync", "sync", {}),
        ("80-office", "office", {}),
        ("81-settings", "settings", {}),
        ("82-help", "help", {"topic": "eligibility"}),
    ]
    for _language in ("zh_CN", "en"):
        for name, page, where in places:
            shell.go(page, **where)
            settle(shell, 0.2 if page == "referral" else 0.05)
            stage.picture(name)
        shell.switch_language()
    dressed: tuple[Place, ...] = (
        places[0],
        places[4],
        ("50-eligibility", "eligibility", {"household_id": found["household"]}),
        ("54-screening", "screening", {"view": "services"}),
        ("90-workbench", "workbench", {"service_id": "S51"}),
    )
    for theme_name in ("dark", "sun"):
        shell.state.theme = theme_name
        shell.redress()
        for name, page, where in dressed:
            stage.go(page, **where)
            stage.picture(f"{name}-{theme_name}")
    shell.toggle_touch()
    stage.go("visit", household_id=found["household"])
    stage.picture("40-visit-touch")
    stage.go("screening", view="people")
    stage.picture("55-screening-people-touch")
    shell.lock()
    settle(shell, 0.05)
    for _language in ("zh_CN", "en"):
        stage.picture("83-sign-in")
        shell.switch_language()
    return len(places)
