"""Writing down a contact, a note or a case plan: one form each, with everything that a form has."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtWidgets import QWidget

from desktop.case_words import person_line
from desktop.pages.field_page import FormPage
from desktop.widgets import pieces
from desktop.widgets.form_view import FormView
from desktop.widgets.row_field import RowField
from forms import definitions
from models.clock import today
from models.services.views import Changed, ResidentRow
from models.texts import _

TAB_OF = {"case_plan": "plans", "case_note": "notes", "contact": "contacts"}
"""Which part of the page of plans shows what was saved."""


@dataclass(frozen=True)
class Loaded:
    """About whom it is."""

    household_id: str
    address: str
    people: tuple[ResidentRow, ...]
    resident_id: str


class CaseFormPage(FormPage):
    """open(form="contact" | "case_note" | "case_plan", resident_id="", household_id="", draft_id="", begin={})."""

    name = "case_form"

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.loaded: Loaded | None = None

    def title(self) -> str:
        """The form's name."""
        return definitions.load(str(self.where.get("form") or "contact")).title

    def open(self, **where: Any) -> None:
        """Load whom it is about."""
        casebook = self.casebook
        self.today = today(casebook.clock)
        self.wait_for_records()
        draft_id = str(where.get("draft_id") or "")
        resident, household = str(where.get("resident_id") or ""), str(where.get("household_id") or "")

        def load() -> tuple[Loaded, str, Mapping[str, Any], str]:
            if not draft_id:
                return _load(casebook, resident, household), str(where.get("form") or "contact"), {}, ""
            draft = casebook.drafts.get(draft_id)
            kept = draft.body
            loaded = _load(casebook, str(kept.get("resident_id") or ""), str(kept.get("household_id") or ""))
            return loaded, draft.form, kept, draft_id

        self.run(load, lambda found: self._begin(*found))

    def _begin(self, loaded: Loaded, form_id: str, body: Mapping[str, Any], draft_id: str) -> None:
        self.loaded = loaded
        self.where |= {"form": form_id, "household_id": loaded.household_id, "resident_id": loaded.resident_id}
        form = definitions.load(form_id)
        people = [(row.id, _named(row)) for row in loaded.people]
        own: dict[str, Any] = {}
        for question in form.questions:
            if question.kind == "rows":
                more = _("Another goal") if question.id == "goals" else _("Another task")
                own[question.id] = RowField(question, self.today, step=self.step, more=more)
        view = FormView(form, self.today, step=self.step, own=own, choices={"resident_id": people})
        self.set_title(form.title)
        self.begin(
            form,
            view,
            {**self._first_answers(form_id), **body.get("answers", {})},
            draft_id=draft_id,
            stage=str(body.get("stage") or ""),
        )

    def _first_answers(self, form_id: str) -> dict[str, Any]:
        assert self.loaded is not None
        loaded, day = self.loaded, self.today.isoformat()
        if form_id == "case_note":
            kind = "resident" if loaded.resident_id else "household"
            return {"subject_kind": kind, "subject_id": loaded.resident_id or loaded.household_id}
        answers: dict[str, Any] = {"household_id": loaded.household_id, "resident_id": loaded.resident_id}
        if form_id == "contact":
            answers |= {"channel": "phone", "direction": "out", "reached": "yes", "happened_on": day}
        else:
            answers |= {"opened_on": day}
        return answers | dict(self.where.get("begin") or {})

    def above(self) -> list[QWidget]:
        """Whom it is about."""
        assert self.loaded is not None
        names = _(", ").join(row.name for row in self.loaded.people)
        who = next((_named(row) for row in self.loaded.people if row.id == self.loaded.resident_id), names)
        lines = [pieces.text(who, "subheading")]
        if self.loaded.address:
            lines.append(pieces.text(self.loaded.address, "soft"))
        return [pieces.card(*lines, role="sunken", margin=12, gap=3)]

    def draft_title(self) -> str:
        """The form and whom it is about."""
        assert self.loaded is not None
        names = [row.name for row in self.loaded.people if row.id == self.loaded.resident_id]
        return _("{form}: {who}").format(form=self.title(), who=names[0] if names else self.loaded.address)

    def words_of(self, question: Any, answer: object) -> str:
        """People by their names, rows line by line."""
        assert self.loaded is not None
        if question.id == "resident_id":
            return next((row.name for row in self.loaded.people if row.id == answer), _("Household"))
        if question.kind == "rows" and isinstance(answer, list):
            return "\n".join(" · ".join(str(said) for said in row.values()) for row in answer if isinstance(row, dict))
        return super().words_of(question, answer)

    def work(self, entry: Any) -> Callable[[], Changed]:
        """The verb of the form."""
        assert self.form is not None
        casebook, form = self.casebook, self.form.id
        verbs: dict[str, Callable[[Any], Changed]] = {
            "contact": casebook.contacts.record,
            "case_note": casebook.notes.write,
            "case_plan": casebook.plans.open,
        }
        return lambda: verbs[form](entry)

    def saved(self, changed: Changed) -> None:
        """Back to where all of them are listed."""
        assert self.form is not None
        words = {
            "contact": _("The contact was noted."),
            "case_note": _("The note was kept."),
            "case_plan": _("The case plan was opened."),
        }[self.form.id]
        self.shell.go("plans", **self.subject(), tab=TAB_OF[self.form.id])
        self.shell.say(words, self.way_back(changed))

    def subject(self) -> dict[str, str]:
        """The person, and the household."""
        if self.loaded is None:
            return {}
        told = {"resident_id": self.loaded.resident_id, "household_id": self.loaded.household_id}
        return {key: value for key, value in told.items() if value}


def _named(row: ResidentRow) -> str:
    return f"{row.name}  {person_line(row)}".rstrip()


def _load(casebook: Any, resident_id: str, household_id: str) -> Loaded:
    if not household_id and resident_id:
        homes = casebook.households.of_resident(resident_id)
        household_id = homes[0].id if homes else ""
    if not household_id:
        return Loaded("", "", (casebook.residents.row(resident_id),), resident_id)
    view = casebook.households.get(household_id)
    return Loaded(view.id, view.address, tuple(member.resident for member in view.members), resident_id)
