"""The safety sheet of this computer: what to do when it is lost, and how many households are on it."""

from typing import TYPE_CHECKING

from models.clock import local_time, today
from models.texts import language
from reports.safety_sheet import SafetySheet

if TYPE_CHECKING:
    from models.casebook import Casebook


def safety_sheet(casebook: "Casebook") -> SafetySheet:
    """The value to print, in the language now shown; called off the window's thread.

    Who may not look at lists or accounts gets a line to write the figures and the supervisor on.
    """
    standing = casebook.health.standing()
    backup_at = standing.backups.first.last_at if standing.backups is not None else 0
    if standing.backups is not None and standing.backups.second is not None:
        backup_at = max(backup_at, standing.backups.second.last_at)
    figures = casebook.today() if casebook.may("search") else None
    return SafetySheet(
        language="zh" if language() == "zh_CN" else "en",
        office=casebook.office.name,
        supervisor=_whom_to_call(casebook),
        computer=casebook.sync.status().device[:8],
        households=figures.households if figures is not None else None,
        residents=figures.residents if figures is not None else None,
        backed_up_on=local_time(backup_at).date() if backup_at else None,
        exchanged_on=local_time(standing.exchange_at).date() if standing.exchange_at else None,
        printed_on=today(casebook.clock),
    )


def _whom_to_call(casebook: "Casebook") -> str:
    """Name and telephone of the first supervisor who has one."""
    if not casebook.may("accounts"):
        return ""
    heads = (row for row in casebook.accounts.list() if "supervisor" in row.roles and row.phone)
    return next((f"{row.name} {row.phone}" for row in heads), "")
