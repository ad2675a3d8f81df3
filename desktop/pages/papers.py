"""Papers: choose one, for whom, how; the very PDF stands beside it and is printed or saved."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QListWidget, QListWidgetItem, QSpinBox, QWidget

from desktop import theme
from desktop.case_words import person_line
from desktop.pages import papers_load as loading
from desktop.pages.base import Page
from desktop.pages.papers_load import About, Offer
from desktop.pages.papers_post import PostOptions
from desktop.paper_kinds import PaperItem, make, title_of
from desktop.widgets import pieces
from desktop.widgets.finder import Finder, Match
from desktop.widgets.fit_area import Beside, PartArea
from desktop.widgets.made_by_qt import add_line
from desktop.widgets.pdf_view import PdfView
from desktop.widgets.printing import print_papers, save_papers
from models.errors import Problem
from models.records.papers import read_form_code
from models.services.views import Changed
from models.texts import _, language

PAPERS = ("household_sheet", "notice", "visit_record", "report", "envelopes", "labels", "blank_form")
"""What can be chosen; a report is one of an assessment or of a questionnaire."""

POST = frozenset({"envelopes", "labels"})
NARROW = 820
"""Below this width, in pixels at 100 per cent, the choices stand above the paper."""
MOST_SERVICES = 12


@dataclass(frozen=True)
class Wanted:
    """A paper that can be made: its kind, its record, and what else it is made from."""

    paper: str
    subject_id: str
    argument: Mapping[str, Any]


class PapersPage(Page):
    """open(paper="", resident_id="", household_id="", key="", services=(), resident_ids=(), household_ids=()).

    key: the visit, assessment, filled-in questionnaire or form that is printed; services: [(id, component), ...] of
    the notice; resident_ids or household_ids: to whom envelopes go.
    """

    name = "papers"
    tells_of_people = True
    scrolls = False
    width = 0

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.whose = About()
        self.offers: Sequence[Offer] = ()
        self._asked = 0  # the last paper asked for: an older one that comes later is dropped
        self._shown: Wanted | None = None
        self._key = ""
        self._services: frozenset[tuple[str, str]] = frozenset()
        self.paper = _combo(_("Which paper"))
        for paper in PAPERS:
            self.paper.addItem(paper_words(paper), paper)
        self.finder = Finder(name=_("For whom"), hint=_("Name, initials, phone tail or door"))
        self.finder.asked.connect(self._find)
        self.finder.picked.connect(lambda resident: self._take(resident, ""))
        self.which = _combo(_("Which one"))
        self.services = QListWidget()
        self.services.setAccessibleName(_("Services"))
        self.services.setMinimumHeight(theme.px(180))
        self.services.setWordWrap(True)
        self.services.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.note = _line(_("Further words on the notice"))
        self.copies = QSpinBox()
        self.copies.setRange(1, 200)
        self.copies.setAccessibleName(_("Copies of the form"))
        self.post = PostOptions()
        self.language = _combo(_("Language of the paper"))
        self.language.addItem("中文", "zh")
        self.language.addItem("English", "en")
        self.language.setCurrentIndex(0 if language() == "zh_CN" else 1)
        self.code = _line(_("Code of a filled-in form"))
        self.code.setPlaceholderText("JMF:…")
        self.hint = pieces.text("", "soft")
        self.preview = PdfView(shell.tasks)
        self.preview.trouble.connect(shell.problem)
        self.print_button = pieces.button(_("Print"), self.print_paper, "primary", "print", tip="Ctrl+P")
        self.save_button = pieces.button(_("Save as PDF"), self.save_paper, icon="save")
        self.rows = {
            "paper": _row(_("Which paper"), self.paper),
            "who": _row(_("For whom"), self.finder),
            "which": _row(_("Which one"), self.which),
            "services": _row(_("Services (tick those asked about)"), self.services),
            "note": _row(_("Further words on the notice"), self.note),
            "copies": _row(_("Copies of the form"), self.copies),
            "post": self.post,
            "language": _row(_("Language of the paper"), self.language),
        }
        chosen = pieces.card(*self.rows.values(), margin=16, gap=12)
        typed_in = pieces.card(
            pieces.text(_("Type in a filled-in form"), "label"),
            pieces.text(_("Scan or type the code on its upper right: the form opens on the screen."), "small"),
            self.code,
            margin=16,
        )
        inside = QWidget()
        whole = pieces.column(inside, chosen, typed_in, gap=12)
        whole.setContentsMargins(0, 0, theme.px(8), 0)
        whole.addStretch(1)
        right = QWidget()
        shown = pieces.column(right, self.hint, self.preview, gap=8)
        shown.setStretch(1, 1)
        self.preview.setMinimumHeight(theme.px(320))
        self.both = Beside(PartArea(inside), right, NARROW, left_width=380)
        self.body.addWidget(self.both, 1)
        self.show_footer(None, self.save_button, self.print_button)
        self._show(None, b"")
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._draw)
        self.paper.currentIndexChanged.connect(lambda _place: self._paper_chosen())
        self.which.currentIndexChanged.connect(lambda _place: self._soon.start())
        self.language.currentIndexChanged.connect(lambda _place: self._soon.start())
        self.services.itemChanged.connect(self._ticked)
        self.note.editingFinished.connect(self._soon.start)
        self.copies.valueChanged.connect(lambda _n: self._soon.start())
        self.post.changed.connect(self._soon.start)
        self.code.returnPressed.connect(self.find_form)

    def title(self) -> str:
        """The page's name."""
        return _("Papers")

    # Opening.

    def open(self, **where: Any) -> None:
        """Show the paper that is wanted, for whom it is wanted."""
        self.where = where
        self._key = str(where.get("key") or "")
        self._services = frozenset((str(one[0]), str(one[1])) for one in where.get("services", ()))
        listed = list(map(str, where.get("resident_ids", ()))), list(map(str, where.get("household_ids", ())))
        self.post.set_people(*listed)
        paper = str(where.get("paper") or "")
        paper = "report" if paper in ("assessment_report", "questionnaire_report") else paper
        if paper in PAPERS:
            self.paper.blockSignals(True)  # what can be chosen is read once it is known for whom
            self.paper.setCurrentIndex(PAPERS.index(paper))
            self.paper.blockSignals(False)
        resident, household = (str(where.get(name) or "") for name in ("resident_id", "household_id"))
        casebook = self.casebook
        self.read(lambda: casebook.settings.get("envelopes", {}), self.post.remember)
        if resident or household:
            self._take(resident, household)
        else:
            self._paper_chosen()

    def refresh(self, changed: Changed) -> None:
        """Load again where this person or household was concerned."""
        if {self.whose.resident_id, self.whose.household_id} & changed.rows - {""}:
            self._load()

    def first_focus(self) -> None:
        """Which paper; where somebody is known, that it can be printed at once."""
        if self.preview.pdf:
            self.print_button.setFocus()
        else:
            self.paper.setFocus()

    def subject(self) -> dict[str, str]:
        """Whom the paper is about."""
        told = {"resident_id": self.whose.resident_id, "household_id": self.whose.household_id}
        return {key: value for key, value in told.items() if value}

    def _find(self, text: str) -> None:
        casebook = self.casebook

        def work() -> list[Match]:
            rows = casebook.residents.rows(casebook.residents.find(text, 8))
            return [Match(row.id, row.name, f"{person_line(row)}  {row.address}") for row in rows]

        self.read(work, lambda found: self.finder.offer(text, found))

    def _take(self, resident_id: str, household_id: str) -> None:
        casebook = self.casebook

        def show(whose: About) -> None:
            self.whose = whose
            self.finder.show_chosen(Match(whose.resident_id or whose.household_id, whose.name, whose.detail))
            self.post.set_household(bool(whose.household_id))
            self._paper_chosen()

        self.read(lambda: loading.about(casebook, resident_id, household_id), show)

    # Choosing.

    @property
    def kind(self) -> str:
        """The paper chosen."""
        return str(self.paper.currentData())

    def _paper_chosen(self) -> None:
        kind = self.kind
        shown = {
            "paper": True,
            "who": kind != "blank_form",
            "which": kind in ("visit_record", "report", "blank_form"),
            "services": kind == "notice",
            "note": kind == "notice",
            "copies": kind == "blank_form",
            "post": kind in POST,
            "language": True,
        }
        for name, row in self.rows.items():
            row.setVisible(shown[name])
        self.post.show_labels(labels=kind == "labels")
        self._load()

    def _load(self) -> None:
        """Read what can be chosen for this paper."""
        kind, casebook, whose = self.kind, self.casebook, self.whose
        loaders: dict[str, Callable[[], list[Offer]]] = {
            "notice": lambda: loading.services(casebook, whose),
            "visit_record": lambda: loading.visits(casebook, whose),
            "report": lambda: loading.reports(casebook, whose),
            "blank_form": lambda: loading.blanks(casebook),
        }

        def show(offers: list[Offer]) -> None:
            if kind == self.kind and whose == self.whose:
                self._offer(offers)

        self.read(loaders.get(kind, list), show)

    def _offer(self, offers: Sequence[Offer]) -> None:
        self.offers = offers
        self.which.blockSignals(True)
        before = self._key or str(self.which.currentData() or "")
        self.which.clear()
        if self.kind != "notice":
            for offer in offers:
                self.which.addItem(offer.words, offer.key)
            place = self.which.findData(before)
            self.which.setCurrentIndex(max(place, 0) if offers else -1)
        self.which.blockSignals(False)
        self.services.blockSignals(True)
        ticked = self._services or frozenset(self._chosen_services())
        self.services.clear()
        for offer in offers if self.kind == "notice" else ():
            item = add_line(self.services, offer.words)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            on = (offer.key, offer.component) in ticked
            item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
            item.setData(Qt.ItemDataRole.UserRole, (offer.key, offer.component))
        self.services.blockSignals(False)
        self._key, self._services = "", frozenset()
        self._draw()

    def _chosen_services(self) -> list[tuple[str, str]]:
        found = []
        for place in range(self.services.count()):
            item = self.services.item(place)
            if item.checkState() == Qt.CheckState.Checked:
                found.append(tuple(item.data(Qt.ItemDataRole.UserRole)))
        return found

    def _ticked(self, item: QListWidgetItem) -> None:
        if len(self._chosen_services()) > MOST_SERVICES:
            item.setCheckState(Qt.CheckState.Unchecked)
            self.shell.notice(_("One notice holds at most {n} services.").format(n=MOST_SERVICES), "warn")
            return
        self._soon.start()

    # The paper.

    def wanted(self) -> Wanted | None:
        """The paper that is chosen; None while something is missing, which the hint says."""
        kind, whose = self.kind, self.whose
        told: dict[str, Any] = {"language": str(self.language.currentData())}
        if kind == "household_sheet":
            return Wanted(kind, whose.household_id, told) if whose.household_id else None
        if kind == "notice":
            chosen = self._chosen_services()
            if not chosen or not whose.resident_id:
                return None
            told |= {"services": [list(one) for one in chosen], "note": self.note.text().strip()}
            return Wanted(kind, whose.resident_id, told)
        if kind in POST:
            post = self.post.argument(whose.resident_id, whose.household_id)
            return Wanted(kind, "", told | post) if post else None
        offer = next((each for each in self.offers if each.key == self.which.currentData()), None)
        if offer is None:
            return None
        if kind == "blank_form":
            told["copies"] = self.copies.value()
        return Wanted(offer.paper, offer.key, told)

    def _missing(self) -> str:
        """What is still to be chosen, or what there is none of."""
        kind = self.kind
        if kind == "blank_form":
            return ""
        if not self.whose.household_id:
            return _("Choose for whom the paper is.")
        return {
            "notice": _("Tick the services that were asked about."),
            "visit_record": _("Nobody has visited this household yet."),
            "report": _("Nothing has been assessed or filled in yet."),
        }.get(kind, "")

    def _draw(self) -> None:
        wanted = self.wanted()
        self._asked += 1
        this = self._asked
        self.hint.setText("" if wanted else self._missing())
        self.hint.setVisible(bool(self.hint.text()))
        if wanted is None:
            self._show(None, b"")
            return
        casebook = self.casebook

        def show(pdf: bytes) -> None:
            if this == self._asked:
                self._show(wanted, pdf)

        def failed(problem: Problem) -> None:
            if this == self._asked:
                self._show(None, b"")
                self.shell.problem(problem)

        self.read(lambda: make(casebook, wanted.paper, wanted.subject_id, wanted.argument, again=False), show, failed)

    def _show(self, wanted: Wanted | None, pdf: bytes) -> None:
        """Show a paper, or none; while another one is being made the old one stays, and is what would be printed."""
        self._shown = wanted
        self.preview.show_pdf(pdf)
        for button in (self.print_button, self.save_button):
            button.setEnabled(bool(pdf))

    def _item(self) -> PaperItem | None:
        wanted, pdf = self._shown, self.preview.pdf
        if wanted is None or not pdf:
            return None
        return PaperItem(wanted.paper, wanted.subject_id, wanted.argument, label=title_of(wanted.paper), pdf=pdf)

    def print_paper(self) -> None:
        """Print the very bytes that are shown."""
        if item := self._item():
            self._remember(item, "print")
            print_papers(self.shell, [item], title_of(item.paper))

    def save_paper(self) -> None:
        """Write the very bytes that are shown to a file."""
        if item := self._item():
            self._remember(item, "export")
            save_papers(self.shell, [item], title_of(item.paper))

    def _remember(self, item: PaperItem, action: str) -> None:
        """Envelopes are about many: each is journalled, and the sender is kept for the next time."""
        if item.paper not in POST:
            return
        from desktop.paper_values import addressed

        casebook, sender = self.casebook, self.post.sender_words()

        def work() -> None:
            casebook.settings.set("envelopes", sender)
            subjects = addressed(casebook, item.argument).subjects
            if action == "print":
                casebook.papers.printed(item.paper, "resident", subjects)
            else:
                casebook.papers.saved(item.paper, "resident", subjects)

        self.run(work)

    # Typing in what was filled in on paper.

    def find_form(self) -> None:
        """Open the form whose code was scanned or typed, for the person chosen where somebody is."""
        found = read_form_code(self.code.text())
        if found is None:
            self.shell.notice(
                _("This is no code of a form. It begins with JMF: and stands on its upper right."), "warn"
            )
            return
        form_id, _version = found
        whom = self.subject()
        household = {"household_id": whom["household_id"]} if "household_id" in whom else {}
        resident = {"resident_id": whom["resident_id"]} if "resident_id" in whom else {}
        from forms.instruments import instruments

        self.code.clear()
        if form_id in ("resident", "household"):
            self.shell.go("register", **(household if form_id == "resident" else {}))
        elif form_id in ("visit", "change"):
            self.shell.go(form_id, **household)
        elif form_id in ("contact", "case_note", "case_plan"):
            self.shell.go("case_form", form=form_id, **whom)
        elif form_id in instruments():
            self.shell.go("assessment", instrument=form_id, **resident)
        else:
            self.shell.go("questionnaire", form_id=form_id, **(resident or household))


def paper_words(paper: str) -> str:
    """What a paper of the page is called."""
    return _("Assessments and questionnaires") if paper == "report" else title_of(paper)


def _combo(name: str) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(name)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setMinimumContentsLength(12)
    return made


def _line(name: str) -> QLineEdit:
    made = QLineEdit()
    made.setAccessibleName(name)
    return made


def _row(label: str, field: QWidget) -> QWidget:
    """A field under its label."""
    made = QWidget()
    words: QLabel = pieces.text(label, "label")
    words.setBuddy(field)
    pieces.column(made, words, field, gap=4)
    return made
