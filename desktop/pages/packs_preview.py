"""A set of rules before it is installed: who signed it, what is wrong with it, and what it changes, in words."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from difflib import SequenceMatcher
from functools import partial
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QVBoxLayout,
    QWidget,
)

from desktop import theme
from desktop.case_words import day_text, moment_text
from desktop.pages.workbench_rows import number_text, unit_words
from desktop.widgets import pieces
from desktop.widgets.case_parts import Card, Chip, ClickRow, TickRow, labelled, show_more
from desktop.widgets.made_by_qt import add_cell
from desktop.widgets.mark import Mark
from models.eligibility.describing import Line
from models.eligibility.differing import ParamDiff, ServiceDiff, SetDiff
from models.eligibility.problems import PackProblem
from models.services.pack_views import PackPreview
from models.texts import _, language, ngettext, pgettext

PROBLEMS_SHOWN = 200
SERVICES_SHOWN = 30


def trust_words(trust: str) -> tuple[str, str, str]:
    """(words, mark, tone) of how far a signer is known."""
    return {
        "own": (_("signed here"), "yes", "good"),
        "office": (_("signed by the office whose card is here"), "yes", "good"),
        "trusted": (_("a signer trusted before"), "yes", "good"),
        "device": (_("signed by a laptop, not by an office"), "ask", "warn"),
        "unknown": (_("an unknown signer"), "ask", "warn"),
    }[trust]


class SignerCard(Card):
    """Who made the set. trusted tells whether the worker has said that an unknown signer may be trusted."""

    trusted = Signal(bool)

    def __init__(self, preview: PackPreview, on: date) -> None:
        header, signer = preview.header, preview.signer
        super().__init__(header.title or _("Rules without a title"))
        words, mark, tone = trust_words(signer.trust)
        chips = pieces.line(None, Chip(words, mark, tone), gap=8)
        if preview.in_force:
            chips.addWidget(Chip(_("decides already"), "has", "accent"))
        if preview.older:
            chips.addWidget(Chip(_("checked earlier than the rules in use"), "note", "warn"))
        chips.addStretch(1)
        self.add(chips)
        verified = day_text(header.verified) if header.verified > date.min else ""
        self.add(
            labelled(
                [
                    (_("From"), signer.name or header.issuer),
                    (_("Fingerprint"), signer.fingerprint),
                    (_("Made"), moment_text(header.made_at, on)),
                    (_("Compared with the texts"), verified),
                    (_("Services"), str(header.services or "")),
                    (_("What it changes"), header.notes),
                ]
            )
        )
        self.tick: TickRow | None = None
        if not signer.trusted and preview.valid:
            warn = _(
                "Anybody can make such a file. Ring the office on a number that you know, and compare the fingerprint "
                "digit by digit before you install it."
            )
            self.tick = TickRow(_("I have compared the fingerprint; I trust this signer from now on"), False)
            self.tick.toggled.connect(self.trusted)
            self.add(pieces.card(pieces.text(warn), self.tick, role="banner-warn", margin=12))


class ProblemsCard(Card):
    """What is wrong with the set, by file and line, and what came of its cases."""

    save = Signal()

    def __init__(self, preview: PackPreview) -> None:
        super().__init__(_("What the check found"))
        problems = sorted(preview.problems, key=_in_order)
        grave = sum(each.grave for each in problems)
        if grave:
            words = ngettext(
                "{n} problem forbids the use of these rules.", "{n} problems forbid the use of these rules.", grave
            )
            self.add(_lined("no", "danger", words.format(n=grave)))
        elif problems:
            words = ngettext(
                "Can be used; {n} thing is worth a look.", "Can be used; {n} things are worth a look.", len(problems)
            )
            self.add(_lined("ask", "warn", words.format(n=len(problems))))
        else:
            self.add(_lined("yes", "good", _("Nothing is wrong with these rules.")))
        if preview.counts is not None:
            self._counts(preview)
        self.table: QTableWidget | None = None
        if problems:
            table = self.table = problem_table(problems[:PROBLEMS_SHOWN])
            if grave:
                self.add(table)
            else:
                link, place = show_more(_("Look at them"), lambda box: box.addWidget(table))
                self.add(link)
                self.add(place)
            row = pieces.line(
                None, pieces.button(_("Save the list as a text file"), self.save.emit, icon="export"), None
            )
            if len(problems) > PROBLEMS_SHOWN:
                more = _("The first {n} are shown; the file holds all.").format(n=PROBLEMS_SHOWN)
                row.insertWidget(1, pieces.text(more, "small"))
            self.add(row)

    def _counts(self, preview: PackPreview) -> None:
        counts = preview.counts
        assert counts is not None
        cases = ngettext("{n} case", "{n} cases", counts.cases).format(n=counts.cases)
        if preview.cases_failed:
            failed = ngettext("{n} comes out otherwise", "{n} come out otherwise", preview.cases_failed)
            cases = _("{cases}, {failed}").format(cases=cases, failed=failed.format(n=preview.cases_failed))
        elif preview.valid:  # with problems they may not have been run at all
            cases = _("{cases}, all as expected").format(cases=cases)
        self.add(
            labelled(
                [
                    (pgettext("rules", "Cases"), cases),
                    (
                        _("Conditions"),
                        _("{n} stand in the texts, {read} were read into them, {outside} come from elsewhere").format(
                            n=counts.text, read=counts.interpreted, outside=counts.outside
                        ),
                    ),
                    (
                        _("Passages"),
                        ngettext(
                            "{n} passage compared with the stored texts, word for word",
                            "{n} passages compared with the stored texts, word for word",
                            counts.quotes,
                        ).format(n=counts.quotes),
                    ),
                ]
            )
        )


def problem_table(problems: Sequence[PackProblem]) -> QTableWidget:
    """File and line, what is wrong, what to do."""
    table = QTableWidget(len(problems), 3)
    table.setAccessibleName(pgettext("rules", "Problems"))
    table.setHorizontalHeaderLabels([pgettext("rules", "Where"), pgettext("rules", "What"), _("What to do")])
    table.verticalHeader().hide()
    table.setWordWrap(True)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    table.setTabKeyNavigation(False)
    for at, problem in enumerate(problems):
        for column, words in enumerate((place_text(problem), problem.what(), problem.remedy())):
            item = add_cell(table, at, column, words.replace("/", "/\u200b"))  # names may break behind a stroke
            item.setToolTip(words)
            item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    head = table.horizontalHeader()
    head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    for column in range(3):
        head.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    table.setItemDelegate(_Wrapped(table))
    table.setFixedHeight(theme.px(60) + min(len(problems), 4) * theme.px(64))
    pieces.finger_scroll(table)
    return table


def _in_order(problem: PackProblem) -> tuple[bool, bool, str, int]:
    """What forbids the use first; what all packs share before the packs, which stumble over it."""
    return (not problem.grave, problem.file.startswith("packs/"), problem.file, problem.line)


class _Wrapped(QStyledItemDelegate):
    """Cells whose words wrap, with room around them."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        side, top = theme.px(8), theme.px(6)
        option.rect = option.rect.adjusted(side, top, -side, -top)
        super().paint(painter, option, index)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        side, top = theme.px(8), theme.px(6)
        option.rect = option.rect.adjusted(side, 0, -side, 0)
        return super().sizeHint(option, index) + QSize(2 * side, 2 * top)


def place_text(problem: PackProblem) -> str:
    """File and line of a problem."""
    return f"{problem.file}:{problem.line}" if problem.line else problem.file


def problems_text(title: str, problems: Iterable[PackProblem]) -> str:
    """The list of problems as a text to pass on to who wrote the rules."""
    lines = [title, ""]
    for problem in problems:
        kind = _("forbids its use") if problem.grave else _("worth a look")
        lines += [f"{place_text(problem)}  [{kind}]", f"    {problem.what()}", f"    {problem.remedy()}", ""]
    return "\n".join(lines)


class ChangesCard(Card):
    """What the set changes towards the one in force: amounts by day, and services with their sentences."""

    def __init__(self, read: Callable[[str], object]) -> None:
        """read: opens the workbench on a service of this set."""
        super().__init__(_("What changes"))
        self.read = read
        self.add(pieces.text(_("Comparing the rules ..."), "soft"))

    def show_diff(self, diff: SetDiff) -> None:
        """Show what differs."""
        pieces.clear(self.body)
        if not diff.services and not diff.params:
            self.add(pieces.text(_("Nothing: these rules decide everything as the rules in use do."), "soft"))
            return
        self._params(diff.params)
        self._services(diff.services)

    def _params(self, params: Sequence[ParamDiff]) -> None:
        if not params:
            return
        self.add(pieces.text(pgettext("rules", "Amounts"), "label"))
        for each in params:
            self.add(pieces.text(param_words(each), select=True))

    def _services(self, services: Sequence[ServiceDiff]) -> None:
        headings = {
            "added": _("New services"),
            "removed": _("Services that end"),
            "changed": _("Services that change"),
        }
        for kind, heading in headings.items():
            those = [each for each in services if each.kind == kind]
            if not those:
                continue
            self.add(pieces.text(_("{heading}: {n}").format(heading=heading, n=len(those)), "label"))
            ordered = sorted(those, key=lambda each: not each.rules)
            for each in ordered[:SERVICES_SHOWN]:
                self._service(self.body, each)
            rest = ordered[SERVICES_SHOWN:]
            if rest:
                words = ngettext("{n} more", "{n} more", len(rest)).format(n=len(rest))
                link, place = show_more(words, partial(self._rest, rest))
                self.add(link)
                self.add(place)

    def _rest(self, services: Sequence[ServiceDiff], box: QVBoxLayout) -> None:
        for each in services:
            self._service(box, each)

    def _service(self, box: QVBoxLayout, each: ServiceDiff) -> None:
        name = each.name if language() == "zh_CN" else each.name_en
        what = pgettext("rules", "the rule") if each.rules else _("only printed words, office or papers")
        head = ClickRow(_("{service}: {what}. Press Enter for the sentences.").format(service=name, what=what))
        line = pieces.line(head, Mark("pencil" if each.rules else "note", "accent", 18), gap=10)
        line.setContentsMargins(theme.px(6), theme.px(6), theme.px(6), theme.px(6))
        line.addWidget(pieces.text(name), 1)
        line.addWidget(Chip(what, tone="warn" if each.rules else "soft"))
        place = QWidget()
        place.hide()
        inside = pieces.column(place, gap=4)
        inside.setContentsMargins(theme.px(34), 0, 0, theme.px(8))
        head.chosen.connect(lambda: self._toggle(each, place, inside))
        box.addWidget(head)
        box.addWidget(place)

    def _toggle(self, each: ServiceDiff, place: QWidget, inside: QVBoxLayout) -> None:
        if inside.count() == 0:
            for sign, line in changed_lines(each.before, each.after):
                inside.addWidget(_diff_line(sign, line))
            if each.kind != "removed":
                link = pieces.button(_("Read the new rule"), partial(self.read, each.service_id), "link")
                inside.addLayout(pieces.line(None, link, None))
        place.setHidden(not place.isHidden())


def param_words(each: ParamDiff) -> str:
    """An amount before and after, from which day."""
    name = each.zh if language() == "zh_CN" else each.en
    old, new = (None if value is None else number_text(value) for value in (each.before, each.after))
    if old is None:
        words = _("{name}: new, {after} {unit} from {day}")
    elif new is None:
        words = _("{name}: {before} {unit} is no longer there")
    else:
        words = _("{name}: {before} → {after} {unit} from {day}")
    return words.format(name=name, before=old, after=new, unit=unit_words(each.unit), day=day_text(each.valid_from))


def changed_lines(before: Sequence[Line], after: Sequence[Line]) -> list[tuple[str, Line]]:
    """("-", line) for what goes, ("+", line) for what comes, ("", line) for the line above a change."""
    old, new = ([(line.depth, line.kind, line.text, line.status) for line in each] for each in (before, after))
    found: list[tuple[str, Line]] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            if j2 < len(new):
                found.append(("", after[j2 - 1]))
            continue
        found += [("-", line) for line in before[i1:i2]] + [("+", line) for line in after[j1:j2]]
    return found


def _diff_line(sign: str, line: Line) -> QWidget:
    made = pieces.text(line.text, "" if sign else "soft", select=True)
    if not sign:
        return made
    word = pgettext("rules", "goes") if sign == "-" else pgettext("rules", "comes")
    tone = "danger" if sign == "-" else "good"
    made.setAccessibleName(f"{word}: {line.text}")
    colour = theme.tokens()
    ink, ground = getattr(colour, tone), getattr(colour, f"{tone}_soft")
    made.setText(f"{'－' if sign == '-' else '＋'} {line.text}")
    made.setStyleSheet(f"color: {ink}; background: {ground}; padding: {theme.px(3)}px {theme.px(6)}px;")
    return made


def _lined(mark: str, tone: str, words: str) -> Any:
    line = pieces.line(None, Mark(mark, tone, 20), gap=10)
    line.addWidget(pieces.text(words, "label"), 1)
    return line
