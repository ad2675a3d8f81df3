"""A case plan on paper: the very PDF on the screen, printed or saved, and journalled."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.pdf_view import PdfView
from desktop.widgets.printing import PaperItem, print_papers
from models.clock import today
from models.records import codes
from models.services.casework_views import GoalView, PlanView, TaskView
from models.texts import _, language

if TYPE_CHECKING:
    from desktop.pages.base import Page
    from reports.case_plan import PlanLine, PlanSheet


class PlanPaper(QDialog):
    """Shows one plan as it is printed."""

    def __init__(self, page: "Page", plan: PlanView, address: str) -> None:
        super().__init__(page.shell)
        self._page, self._plan, self._address = page, plan, address
        self.setWindowTitle(_("Case plan on paper"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.preview = PdfView(page.shell.tasks)
        self.preview.trouble.connect(page.shell.problem)
        self.print_button = pieces.button(_("Print"), self.print_plan, "primary", "print", tip="Ctrl+P")
        foot = pieces.line(None, pieces.button(_("Close"), self.reject), None, self.print_button)
        pieces.column(self, self.preview, foot, margin=16, gap=12).setStretch(0, 1)
        room = page.shell.size()
        self.resize(min(theme.px(760), room.width() - 40), room.height() - 40)

    def show_preview(self) -> None:
        """Make the paper off the window's thread and show it."""
        page, plan, address = self._page, self._plan, self._address
        casebook = page.casebook

        def make() -> bytes:
            from reports.case_plan import render_plan  # with ReportLab, when one is wanted

            return render_plan(plan_sheet(plan, address, casebook))

        page.read(make, self.preview.show_pdf)
        self.open()

    def print_plan(self) -> None:
        """Print the very bytes that are shown; it is journalled once they are on paper."""
        pdf = self.preview.pdf
        if pdf:
            paper = PaperItem("case_plan", self._plan.id, pdf=pdf)
            print_papers(self._page.shell, [paper], _("Case plan"), _("The plan went to the printer."))


def plan_sheet(plan: PlanView, address: str, casebook: object) -> "PlanSheet":
    """The plan as values for paper, in the language now shown."""
    from models.casebook import Casebook
    from reports.case_plan import PlanSheet

    assert isinstance(casebook, Casebook)
    return PlanSheet(
        language="zh" if language() == "zh_CN" else "en",
        community=casebook.office.name,
        phone=casebook.office.phone,
        printed_on=today(casebook.clock),
        title=plan.title,
        who=plan.resident_name or _("Household"),
        address=address,
        responsible=plan.responsible,
        opened_on=plan.opened_on,
        review_on=plan.review_on if plan.status == "open" else None,
        situation=plan.situation,
        goals=tuple(_goal(goal) for goal in plan.goals),
        tasks=tuple(_task(task) for task in plan.tasks),
        closed_on=plan.closed_on,
        closed_why=codes.label("closure_reason", plan.closure_reason) if plan.closure_reason else "",
    )


def _goal(goal: GoalView) -> "PlanLine":
    from reports.case_plan import PlanLine

    state = {"open": "open", "reached": "done", "dropped": "dropped"}[goal.status]
    return PlanLine(text=goal.text, due=goal.due_on, state=state)  # type: ignore[arg-type]  # the three are its states


def _task(task: TaskView) -> "PlanLine":
    from reports.case_plan import PlanLine

    return PlanLine(text=task.text, who=task.responsible, due=task.due_on, state=task.status)  # type: ignore[arg-type]
