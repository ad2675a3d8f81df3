"""What needs doing today, and nothing else: every line is one click from being done."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop import theme
from desktop.pages.base import NARROW, Page
from desktop.widgets import pieces
from desktop.widgets.empty_state import EmptyState
from models.clock import local_time
from models.texts import N_, _, language, ngettext

if TYPE_CHECKING:
    from desktop.shell import Shell
    from models.casebook import Casebook
    from models.services.referral_views import ReferralView
    from models.services.views import Changed, DraftView, DueVisit, NeedView, Today
    from models.services.worklist_views import WorkItem, WorkPage

SHOWN = 8
"""Lines of a kind; the rest is counted."""

URGENT = 5
"""Households of the worklist that are shown beside the due visits."""

DRAFT_PAGES = {
    "resident": "register",
    "household": "register",
    "visit": "visit",
    "referral": "referral",
    "eligibility": "eligibility",
    "change": "change",
    "contact": "case_form",
    "case_note": "case_form",
    "case_plan": "case_form",
    "round": "round",
    "round_entry": "round_entry",
    "consent": "rights",
    "questionnaire": "questionnaire",
    "template": "template",
}
"""Which page goes on with a draft of a form; every other form is an instrument."""

FORM_NAMES = {
    "resident": N_("Registration"),
    "household": N_("Registration of a household"),
    "visit": N_("Visit"),
    "dialog": N_("What was typed in a small window"),
    "referral": N_("Referral letter"),
    "eligibility": N_("Eligibility"),
    "change": N_("Change of a household"),
    "round": N_("Note at a door"),
    "round_entry": N_("Paper list of a round"),
    "consent": N_("Consent"),
    "contact": N_("Contact"),
    "case_note": N_("Note"),
    "case_plan": N_("Case plan"),
    "questionnaire": N_("Questionnaire"),
    "template": N_("Template of letters"),
}

WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)


def long_day(day: Any) -> str:
    """A day in full: 2026年11月22日 星期日, Sunday 22 November 2026 as 2026-11-22 Sunday."""
    weekday = _(WEEKDAYS[day.weekday()])
    if language() == "zh_CN":
        return f"{day.year}年{day.month}月{day.day}日 {weekday}"
    return f"{weekday}, {day.isoformat()}"


class TodayPage(Page):
    """open() shows due visits, unfinished drafts, what waits for sync, papers that run out, the month's figures."""

    name = "today"
    width = 1080

    def __init__(self, shell: "Shell") -> None:
        super().__init__(shell)
        self.shown: Today | None = None
        self.seen = -1
        """The moment from which it is (casebook.desks.seen())."""
        self._papers: dict[str, str] = {}
        self.day = pieces.text("", "soft")
        self.figures = QGridLayout()
        self.figures.setSpacing(theme.px(16))
        self.cards = pieces.column(None, gap=16)
        self.arrived = pieces.column(None, gap=8)
        self.body.addWidget(self.day)
        self.body.addLayout(self.arrived)
        self.body.addLayout(self.figures)
        ahead = pieces.button(_("What changes soon"), lambda: shell.go("calendar"), icon="calendar")
        screening = pieces.button(_("Screening"), lambda: shell.go("screening"), icon="eligibility")
        ways = [pieces.action_button(shell.actions_by_name[f"go_{name}"]) for name in ("worklist", "rounds", "drafts")]
        self.body.addLayout(pieces.wrapping(None, *ways, ahead, screening, None, gap=12))
        self.body.addLayout(self.cards)
        self._asked = 0  # how often the worklist was asked for
        assert shell.area is not None
        shell.area.arrivals.changed.connect(self._show_arrived)
        self.aside.addWidget(pieces.action_button(shell.actions_by_name["register"], "primary"))

    def title(self) -> str:
        """The page's name."""
        return _("Today")

    def _show_arrived(self) -> None:
        """Files that lie on a stick or in a watched folder."""
        from desktop.widgets.arrived_banner import arrived_banner

        pieces.clear(self.arrived)
        assert self.shell.area is not None
        for place, box in self.shell.area.arrivals.waiting():
            self.arrived.addWidget(arrived_banner(self.shell, place, box))
        pieces.reveal(self.arrived)

    def open(self, **where: Any) -> None:
        """Ask what waits."""
        casebook = self.casebook
        self._show_arrived()

        def ask() -> tuple["Today", dict[str, str], int]:
            seen, today = casebook.desks.seen(), casebook.today()
            shown = today.expiring[:SHOWN]
            return today, {what: paper_name(casebook, what) for _id, _name, what, _day in shown}, seen

        def show(found: tuple["Today", dict[str, str], int]) -> None:
            self.seen = found[2]
            self.show_today(*found[:2])
            self._load_urgent(found[0])

        self.read(ask, show)

    def _load_urgent(self, today: "Today") -> None:
        """The heaviest of the worklist, below the due visits, where they need no look through the whole register."""
        work, self._asked = self.casebook.worklist, self._asked + 1
        asked, due = self._asked, {visit.household_id for visit in today.due}

        def show(page: "WorkPage") -> None:
            if asked != self._asked:
                return
            if page.items:
                lines = [self._work(item) for item in page.items]
                group = self._group(_("Most urgent on the worklist"), "flag", lines, 0, len(lines))
                more = pieces.button(_("The whole worklist"), lambda: self.shell.go("worklist"), "link")
                pieces.inside(group).addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)
                self.cards.insertWidget(1 if today.due else 0, group)

        self.read(lambda: work.page(limit=URGENT, until=today.on, quick=True, without=due), show)

    def _work(self, item: "WorkItem") -> QWidget:
        from desktop.worklist_words import names_words, reasons_words

        late = ngettext("{n} day late", "{n} days late", item.overdue).format(n=item.overdue)
        return self._line(
            names_words(item.names),
            f"{item.address} · {reasons_words(item)}",
            (late, "tag-danger") if item.overdue else (item.due.isoformat(), "tag") if item.due else None,
            lambda: self.shell.go("visit", household_id=item.household_id),
        )

    def refresh(self, changed: "Changed") -> None:
        """Anything may add or take a line."""
        self.open()

    def first_focus(self) -> None:
        """The page itself: Tab goes to the first line."""
        self.setFocus()

    def show_today(self, today: "Today", papers: dict[str, str]) -> None:
        """Show what waits; `papers` says how the documents and facts that run out are called."""
        self.shown = today
        self._papers = papers
        self.day.setText(long_day(today.on))
        pieces.clear(self.figures)
        for count, words, page in (
            (today.residents, ngettext("resident", "residents", today.residents), "residents"),
            (today.households, ngettext("household", "households", today.households), "residents"),
            (
                today.visits_this_month,
                ngettext("visit this month", "visits this month", today.visits_this_month),
                "visits",
            ),
            (today.waiting_changes, ngettext("change to sync", "changes to sync", today.waiting_changes), "sync"),
            *(
                [(today.conflicts, ngettext("conflict to settle", "conflicts to settle", today.conflicts), "conflicts")]
                if today.conflicts
                else []
            ),
        ):
            self.figures.addWidget(self._figure(count, words, page))
        self._arrange()
        pieces.clear(self.cards)
        late = sum(visit.due < today.on for visit in today.due)
        groups: tuple[tuple[str, str, Sequence[Any], Callable[[Any], QWidget], int], ...] = (
            (_("Visits that are due"), "visit", today.due, lambda visit: self._due(visit, today), late),
            (_("Letters sent back to you"), "edit", today.sent_back, self._letter, 0),
            (_("Letters for you to sign"), "check", today.to_sign, self._letter, 0),
            (_("Offices to be asked about letters"), "referral", today.to_chase, self._letter, 0),
            (_("Begun and not finished"), "draft", today.drafts, self._draft, 0),
            (_("Papers that run out within 30 days"), "clock", today.expiring, self._expiring, 0),
            (_("Needs that are still open"), "flag", today.open_needs, self._need, 0),
        )
        for title, icon, waiting, line, urgent in groups:
            if waiting:  # a line is made for what is shown: thousands may wait, and widgets are slow to make
                lines = [line(one) for one in waiting[:SHOWN]]
                self.cards.addWidget(self._group(title, icon, lines, urgent, len(waiting)))
        if not any(waiting for _title, _icon, waiting, _line, _urgent in groups):
            self.cards.addWidget(self._nothing(today))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Four figures side by side, two where the window is narrow."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        columns = 4 if self.size().width() >= theme.px(720) else 2
        last = self.size().width() < theme.px(NARROW)  # what waits is more pressing than how much there is
        if last != self._figures_last:
            self._figures_last = last
            self.body.removeItem(self.figures)
            self.body.insertLayout(self.body.count() if last else 2, self.figures)
        figures = [item.widget() for place in range(self.figures.count()) if (item := self.figures.itemAt(place))]
        for place, figure in enumerate(figures):
            if figure is not None:
                self.figures.addWidget(figure, place // columns, place % columns)

    _figures_last = False

    def _nothing(self, today: "Today") -> QWidget:
        if today.residents:
            nothing = EmptyState(
                "check", _("Nothing waits today"), _("Due visits and unfinished work will be listed here.")
            )
        else:
            nothing = EmptyState(
                "residents",
                _("Nobody is registered yet"),
                _("Due visits and unfinished work will be listed here."),
                (_("Register the first resident"), lambda: self.shell.go("register")),
            )
        return pieces.card(nothing)

    def _figure(self, count: int, words: str, page: str) -> QFrame:
        made = pieces.card(margin=16, gap=0)
        number = pieces.text(f"{count:,}", "figure", wrap=False)
        number.setIndent(theme.px(5))  # above the first letter of the link
        link = pieces.button(words, lambda: self.shell.go(page), "link")
        link.setAccessibleName(f"{count} {words}")
        for thing in (number, link):
            pieces.inside(made).addWidget(thing)
        return made

    def _group(self, title: str, icon: str, lines: list[QWidget], urgent: int, every: int) -> QFrame:
        """Some lines under their heading, with how many there are in all and how many of them are overdue."""
        sign = QLabel()
        sign.setPixmap(theme.pixmap(icon, 20, "accent", self.devicePixelRatioF()))
        head = pieces.line(None, sign, pieces.text(title, "subheading", wrap=False), gap=10)
        head.addWidget(pieces.text(f"{every:,}", "tag-quiet"))
        if urgent:
            words = ngettext("{n} overdue", "{n} overdue", urgent).format(n=urgent)
            head.addWidget(pieces.text(words, "tag-danger"))
        head.addStretch(1)
        made = pieces.card(head, margin=16, gap=4)
        for line in lines:
            pieces.inside(made).addWidget(pieces.rule())
            pieces.inside(made).addWidget(line)
        if every > len(lines):
            more = every - len(lines)
            pieces.inside(made).addWidget(pieces.rule())
            pieces.inside(made).addWidget(
                pieces.text(ngettext("and {n} more", "and {n} more", more).format(n=more), "small")
            )
        return made

    def _line(
        self,
        first: str,
        second: str,
        tag: tuple[str, str] | None,
        act: Callable[[], object],
        extra: QPushButton | None = None,
    ) -> QWidget:
        return TodayLine(first, second, tag, act, extra)

    def _due(self, visit: "DueVisit", today: "Today") -> QWidget:
        days = (today.on - visit.due).days
        if days > 0:
            tag = (ngettext("{n} day late", "{n} days late", days).format(n=days), "tag-danger")
        else:
            tag = (_("today") if days == 0 else visit.due.isoformat(), "tag")
        reason = f" · {visit.reason}" if visit.reason else ""
        going = dict.fromkeys(plan.assignee for plan in visit.plans if plan.assignee)
        goes = " · " + _("{name} goes").format(name=_(", ").join(going)) if going else ""
        names = "、".join(visit.names) if language() == "zh_CN" else ", ".join(visit.names)
        change = pieces.button(_("Change"), role="link") if visit.plans else None
        line = self._line(
            names,
            f"{visit.address}{reason}{goes}",
            tag,
            lambda: self.shell.go("visit", household_id=visit.household_id),
            change,
        )
        if change is None:
            return line
        change.setAccessibleName(_("Change the plan for {address}").format(address=visit.address))
        whole, place = QWidget(), QWidget()
        inside = pieces.column(place, gap=0)
        place.hide()
        pieces.column(whole, line, place, gap=4)
        change.clicked.connect(lambda _checked=False: self._toggle_plans(visit, today, place, inside))
        return whole

    def _toggle_plans(self, visit: "DueVisit", today: "Today", place: QWidget, inside: QVBoxLayout) -> None:
        """Open what can be changed of planned visits, or close it."""
        if inside.count() == 0:
            from desktop.pages.planned import plan_panel

            inside.addWidget(plan_panel(self, visit, today.on, today.workers, self.seen))
        place.setHidden(not place.isHidden())
        if not place.isHidden():
            QTimer.singleShot(0, place, lambda: self.see(place))  # when it has its height

    def _draft(self, draft: "DraftView") -> QWidget:
        moment = local_time(draft.at).strftime("%m-%d %H:%M")
        form = _(FORM_NAMES[draft.form]) if draft.form in FORM_NAMES else _("Assessment")
        throw_away = pieces.button(_("Discard"), lambda: self._discard(draft), "link")
        throw_away.setAccessibleName(_("Discard: {title}").format(title=draft.title or form))
        return self._line(
            draft.title or form,
            _("{form}, kept {time}").format(form=form, time=moment),
            (_("Go on"), "tag"),
            lambda: self._go_on(draft),
            throw_away,
        )

    def _go_on(self, draft: "DraftView") -> None:
        from desktop import unfinished

        if draft.form == unfinished.FORM:
            unfinished.go_on(self.shell, draft)
        else:
            self.shell.go(DRAFT_PAGES.get(draft.form, "assessment"), draft_id=draft.id)

    def _letter(self, view: "ReferralView") -> QWidget:
        """A letter that waits for whoever works here: to be written anew, to be signed, to be asked about."""
        from desktop.referral_words import waits_words

        matters = "、".join(view.matters) if language() == "zh_CN" else ", ".join(view.matters)
        on = self.shown.on if self.shown is not None else view.chase_on
        late = on is not None and view.chase_on is not None and view.chase_on < on
        return self._line(
            _("{name}: {words}").format(name=view.resident_name, words=matters),
            " · ".join(part for part in (view.number, view.receiver, waits_words(view, on) if on else "") if part),
            (_("overdue"), "tag-danger") if late else None,
            lambda: self.shell.go("referral", referral_id=view.id),
        )

    def _discard(self, draft: "DraftView") -> None:
        drafts = self.casebook.drafts

        def put_back() -> str:
            return str(drafts.save(draft.form, draft.form_version, draft.subject_id, draft.title, dict(draft.body)))

        def gone(_nothing: object) -> None:
            self.shell.say(_("The draft was discarded."), undo=put_back)
            self.open()

        self.run(lambda: drafts.discard(draft.id), gone)

    def _expiring(self, line: tuple[str, str, str, Any]) -> QWidget:
        resident_id, person, what, day = line
        return self._line(
            person,
            self._papers.get(what, what),
            (_("until {day}").format(day=day.isoformat()), "tag-warn"),
            lambda: self.shell.go("person", resident_id=resident_id),
        )

    def _need(self, need: "NeedView") -> QWidget:
        found = _("found {day}").format(day=need.found_on.isoformat()) if need.found_on else ""
        return self._line(
            need.note or need_words(need),
            " · ".join(part for part in (need_words(need) if need.note else "", found) if part),
            (_("urgent"), "tag-danger") if need.urgency == "now" else None,
            lambda: self._open_need(need),
        )

    def _open_need(self, need: "NeedView") -> None:
        if need.resident_id:
            self.shell.go("person", resident_id=need.resident_id)
            return
        visits = self.casebook.visits
        self.read(
            lambda: visits.get(need.visit_id).household_id,
            lambda household: self.shell.go("household", household_id=household),
        )


class RowButton(QPushButton):
    """A button as high as what lies on it."""

    def sizeHint(self) -> QSize:
        """As wide and high as the texts want."""
        layout = self.layout()
        return layout.totalSizeHint() if layout is not None else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Never lower than the texts."""
        layout = self.layout()
        return layout.totalMinimumSize() if layout is not None else super().minimumSizeHint()

    def hasHeightForWidth(self) -> bool:
        """Texts that are broken into more lines need more height."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height that the texts need."""
        layout = self.layout()
        return layout.totalHeightForWidth(width) if layout is not None else super().heightForWidth(width)


class TodayLine(QWidget):
    """One thing to do: two lines of text, a mark, and the whole line is the button."""

    def __init__(
        self,
        first: str,
        second: str,
        tag: tuple[str, str] | None,
        act: Callable[[], object],
        extra: QPushButton | None = None,
    ) -> None:
        super().__init__()
        self.button = RowButton()
        self.button.setProperty("role", "row")
        self.button.setAutoDefault(False)
        self.button.clicked.connect(lambda _checked=False: act())
        self.button.setCursor(Qt.CursorShape.PointingHandCursor)
        self.button.setAccessibleName("，".join(part for part in (first, second, tag[0] if tag else "") if part))
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.button.setSizePolicy(policy)
        inside = QGridLayout(self.button)
        inside.setContentsMargins(theme.px(8), theme.px(8), theme.px(8), theme.px(8))
        inside.setVerticalSpacing(theme.px(2))
        inside.setColumnStretch(0, 1)
        words = [pieces.text(first, "label"), pieces.text(second, "soft")]
        for place, label in enumerate(words):
            inside.addWidget(label, place, 0)
        if tag is not None:
            words.append(pieces.text(*tag))
            inside.addWidget(words[-1], 0, 1, 2, 1, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
        for label in words:
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row = pieces.wrapping(self, None, self.button)
        row.setStretch(0, 0)  # sets what has no room to the right, and takes nothing from the line
        row.setStretch(1, 1)
        if extra is not None:
            row.addWidget(extra)


def paper_name(casebook: "Casebook", what: str) -> str:
    """A document kind or a fact, as the worker says it. Reads the policy dictionary: called off the window's thread."""
    from desktop.case_words import document_text
    from desktop.fact_words import dictionary
    from models.records.documents import DOCUMENT_KINDS

    if what in DOCUMENT_KINDS:
        return document_text(what)
    definition = dictionary(casebook).facts.get(what)
    if definition is None:
        return what
    return (definition.zh if language() == "zh_CN" else definition.en).label or what


def need_words(need: "NeedView") -> str:
    """A need's group and how soon it must be seen to."""
    from desktop.case_words import need_text

    return need_text(need.group, need.urgency)
