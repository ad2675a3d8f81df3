"""What a worker decides about a referral letter: services, papers to bring, who receives it, words of one's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import ValidationError
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPlainTextEdit, QSpinBox, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.case_parts import Card, TickRow
from desktop.widgets.finder import Finder, Match
from desktop.widgets.flow_layout import FlowLayout
from forms.problems import sentence
from models.eligibility import Service
from models.records.referral import MatterEntry, ReferralEntry
from models.services.template_views import TemplateView
from models.texts import _, language

MOST = 6  # matters on one letter, as ReferralEntry allows
_LINES = ("receiver", "receiver_address", "receiver_phone")


@dataclass
class Chosen:
    """A service on the letter, with which of its papers are to be brought."""

    service: Service
    component: str
    ticks: list[bool]

    def papers(self, chinese: bool) -> tuple[str, ...]:
        """All papers of the service in one language."""
        return self.service.documents.zh if chinese else self.service.documents.en


class LetterForm(QWidget):
    """Data in by show_body(), out by body() and entry(); changed is emitted when a person changes something."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.services: Mapping[str, Service] = {}
        self.chosen: list[Chosen] = []
        self._templates: list[tuple[str, str]] = []
        self._suggested: dict[str, str] = {}
        self._showing = False
        self._box = pieces.column(self, gap=14)
        self.problem = pieces.text("", "error")
        self.problem.hide()
        self._box.addWidget(self.problem)
        self._build_matters()
        self._build_receiver()
        self._build_rest()
        self._box.addStretch(1)

    def _build_matters(self) -> None:
        self.matters = Card(_("Services"))
        self.matters_place = pieces.column(None, gap=10)
        self.matters.add(self.matters_place)
        self.finder = Finder(name=_("Add a service"), hint=_("Add a service by its name"))
        self.finder.asked.connect(lambda text: self.finder.offer(text, self._matching(text)))
        self.finder.picked.connect(self._add_picked)
        self.matters.add(self.finder)
        self._box.addWidget(self.matters)

    def _build_receiver(self) -> None:
        card = Card(_("Receiving office"))
        labels = (_("Office that receives it"), _("Address"), _("Phone"))
        self.lines: dict[str, QLineEdit] = {}
        for name, label in zip(_LINES, labels, strict=True):
            line = QLineEdit()
            line.setAccessibleName(label)
            line.textEdited.connect(self._changed)
            caption = pieces.text(label, "label")
            caption.setBuddy(line)
            card.add(pieces.column(None, caption, line, gap=3))
            self.lines[name] = line
        self.lines["receiver"].setMaxLength(80)
        self.lines["receiver_address"].setMaxLength(120)
        self.lines["receiver_phone"].setMaxLength(40)
        self.origin = pieces.text("", "small")
        card.body.insertWidget(1, self.origin)
        self._box.addWidget(card)

    def _build_rest(self) -> None:
        card = Card(_("About the letter"))
        self.note = QPlainTextEdit()
        self.note.setAccessibleName(_("Note to the office"))
        self.note.setTabChangesFocus(True)
        self.note.setFixedHeight(theme.px(84))
        self.note.textChanged.connect(self._changed)
        caption = pieces.text(_("Note to the office"), "label")
        caption.setBuddy(self.note)
        self.language = QComboBox()
        self.language.setAccessibleName(_("Language of the letter"))
        self.language.addItem("中文", "zh")
        self.language.addItem("English", "en")
        self.language.addItem("中文 + English", "both")
        self.language.currentIndexChanged.connect(lambda _place: self._language_changed())
        self.template = QComboBox()
        self.template.setAccessibleName(_("Template of the letter"))
        self.template.currentIndexChanged.connect(lambda _place: self._changed())
        self.valid_days = QSpinBox()
        self.valid_days.setAccessibleName(_("Days that the letter is good"))
        self.valid_days.setRange(1, 365)
        self.valid_days.setValue(30)
        self.valid_days.setSuffix(_(" days"))
        self.valid_days.valueChanged.connect(lambda _days: self._changed())
        self.reply_days = QSpinBox()
        self.reply_days.setAccessibleName(_("Working days that the office has to answer"))
        self.reply_days.setRange(0, 120)
        self.reply_days.setSpecialValueText(_("As usual (15 working days)"))
        self.reply_days.setSuffix(_(" working days"))
        self.reply_days.valueChanged.connect(lambda _days: self._changed())
        self.red_head = QCheckBox(_("Print the red head"))
        self.red_head.setToolTip(_("Off where the letter is printed on headed paper"))
        self.red_head.setChecked(True)
        self.red_head.toggled.connect(lambda _on: self._changed())
        card.add(pieces.column(None, caption, self.note, gap=3))
        choices = QWidget()
        flow = FlowLayout(choices, gap=16)
        for words, field in (
            (_("Language"), self.language),
            (_("Template"), self.template),
            (_("Good for"), self.valid_days),
            (_("Answer within"), self.reply_days),
        ):
            pair = QWidget()
            pieces.line(pair, pieces.text(words, "label", wrap=False), field, gap=10)
            flow.addWidget(pair)
            if field is self.template:
                self.template_choice = pair
                pair.hide()
        card.add(choices)
        card.add(self.red_head)
        self._box.addWidget(card)

    # In and out.

    @property
    def chinese(self) -> bool:
        """Whether the letter is in Chinese, alone or with English beneath."""
        return bool(self.language.currentData() != "en")

    def show_services(self, services: Mapping[str, Service], templates: Sequence[TemplateView] = ()) -> None:
        """The services that can be chosen, by id, and the templates; of these one is taken without being asked for."""
        self.services = services
        self._templates = [(view.id, view.name) for view in templates]

    def _show_templates(self, wanted: str, *, keep: bool) -> None:
        """Offer the templates in use, and where a letter is corrected the one that it was set by."""
        offered = list(self._templates)
        if keep and wanted not in [template for template, _name in offered]:
            offered.insert(0, (wanted, _("As before")))
        self.template.clear()
        for template, name in offered:
            self.template.addItem(name, template)
        self.template.setCurrentIndex(max(self.template.findData(wanted), 0) if offered else -1)
        self.template_choice.setVisible(len(offered) > 1)

    def add(self, service_id: str, component: str = "") -> None:
        """Put a service on the letter; the first one suggests the office."""
        service = self.services.get(service_id)
        if service is None or len(self.chosen) >= MOST:
            return
        if any(one.service.id == service_id and one.component == component for one in self.chosen):
            return
        self.chosen.append(Chosen(service, component, [True] * len(service.documents.zh)))
        self._suggest()
        self._show_matters()

    def body(self) -> dict[str, Any]:
        """Everything as plain data, for a draft."""
        return {
            "matters": [
                {"service_id": one.service.id, "component": one.component, "ticks": list(one.ticks)}
                for one in self.chosen
            ],
            **{name: line.text() for name, line in self.lines.items()},
            "note": self.note.toPlainText(),
            "language": self.language.currentData(),
            "template_id": self.template.currentData() or "",
            "red_head": self.red_head.isChecked(),
            "valid_days": self.valid_days.value(),
            "reply_days": self.reply_days.value(),
        }

    def show_body(self, body: Mapping[str, Any]) -> None:
        """Show what body() gave. Services that are not known any more are left out. Emits nothing."""
        self._showing = True
        self.language.setCurrentIndex(max(self.language.findData(body.get("language", "zh")), 0))
        self._show_templates(str(body.get("template_id", "")), keep=bool(body.get("keeps_template")))
        self.chosen = []
        for matter in body.get("matters", ()):
            service = self.services.get(matter["service_id"])
            if service is not None:
                ticks = list(matter.get("ticks") or [True] * len(service.documents.zh))
                self.chosen.append(Chosen(service, matter.get("component", ""), ticks[: len(service.documents.zh)]))
        for name, line in self.lines.items():
            line.setText(str(body.get(name, "")))
        self.note.setPlainText(str(body.get("note", "")))
        self.red_head.setChecked(bool(body.get("red_head", True)))
        self.valid_days.setValue(int(body.get("valid_days", 30)))
        self.reply_days.setValue(int(body.get("reply_days", 0)))
        if not body.get("receiver"):
            self._suggest()
        self._show_matters()
        self.say_problem("")
        self._showing = False

    def entry(self, resident_id: str) -> ReferralEntry | None:
        """The checked input; None where something is missing, which is then said on top."""
        try:
            entry = ReferralEntry(
                resident_id=resident_id,
                matters=tuple(
                    MatterEntry(
                        service_id=one.service.id,
                        component=one.component,
                        documents=tuple(
                            paper for paper, tick in zip(one.papers(self.chinese), one.ticks, strict=False) if tick
                        ),
                    )
                    for one in self.chosen
                ),
                **{name: line.text() for name, line in self.lines.items()},
                note=self.note.toPlainText(),
                language=self.language.currentData(),
                template_id=self.template.currentData() or "",
                red_head=self.red_head.isChecked(),
                valid_days=self.valid_days.value(),
                reply_days=self.reply_days.value() or None,
            )
        except ValidationError as trouble:
            self.say_trouble(trouble)
            return None
        self.say_problem("")
        return entry

    def say_trouble(self, trouble: ValidationError) -> None:
        """Say the first thing that is wrong, and mark its field."""
        error = trouble.errors()[0]
        field = str(error["loc"][0]) if error["loc"] else ""
        if field == "matters":
            words = _("Choose at least one service.")
        elif field == "receiver":
            words = _("Say which office receives the letter.")
        else:
            words = sentence(dict(error))
        self.say_problem(words, field)

    def say_problem(self, words: str, field: str = "") -> None:
        """Show a problem on top, or none; the line it is about is framed."""
        self.problem.setText(words)
        self.problem.setVisible(bool(words))
        for name, line in self.lines.items():
            line.setProperty("wrong", "true" if name == field else "")
            line.style().unpolish(line)
            line.style().polish(line)

    # Inside.

    def _changed(self) -> None:
        if not self._showing:
            self.changed.emit()

    def _language_changed(self) -> None:
        self._suggest()
        self._show_matters()
        self._changed()

    def _suggest(self) -> None:
        """Fill in the office of the first service, unless the worker has typed something else."""
        if not self.chosen:
            self.origin.setText("")
            return
        place = self.chosen[0].service.apply_at
        name = place.zh if self.chinese else place.en
        line = self.lines["receiver"]
        if line.text() in ("", self._suggested.get("receiver", "")):
            line.setText(name)
            line.setCursorPosition(0)
        self._suggested["receiver"] = name
        self.origin.setText(
            _("The policy text names this office.")
            if place.status == "text"
            else _("The policy text does not name the office: please check it.")
        )

    def _show_matters(self) -> None:
        pieces.clear(self.matters_place)
        for place, one in enumerate(self.chosen):
            name = one.service.name if language() == "zh_CN" else one.service.name_en
            if one.component:
                name = _("{service}: {part}").format(service=name, part=one.component)
            remove = pieces.icon_button(
                _("Take off: {service}").format(service=name), "close", partial(self._drop, place)
            )
            head = pieces.line(None, gap=8)
            head.addWidget(pieces.text(f"{place + 1}.  {name}", "label"), 1)
            head.addWidget(remove, 0, Qt.AlignmentFlag.AlignTop)
            box = pieces.column(None, head, gap=2)
            papers = one.papers(self.chinese)
            if papers:
                box.addWidget(pieces.text(_("To bring:"), "small"))
            for at, paper in enumerate(papers):
                tick = TickRow(paper, one.ticks[at] if at < len(one.ticks) else True)
                tick.toggled.connect(lambda on, one=one, at=at: self._tick(one, at, on))
                box.addWidget(tick)
            self.matters_place.addLayout(box)
        self.finder.setVisible(len(self.chosen) < MOST)

    def _tick(self, one: Chosen, at: int, on: bool) -> None:
        one.ticks[at] = on
        self._changed()

    def _drop(self, at: int) -> None:
        del self.chosen[at]
        self._suggest()
        self._show_matters()
        self._changed()

    def _matching(self, text: str) -> Sequence[Match]:
        wanted = text.casefold()
        found = []
        for service in self.services.values():
            name = service.name if language() == "zh_CN" else service.name_en
            parts = [part.name or "" for part in service.components] if len(service.components) > 1 else [""]
            for part in parts:
                words = _("{service}: {part}").format(service=name, part=part) if part else name
                if wanted in words.casefold() or wanted in service.name.casefold():
                    found.append(Match(f"{service.id}|{part}", words, service.group))
        return found[:30]

    def _add_picked(self, key: str) -> None:
        service_id, _bar, component = key.partition("|")
        self.finder.show_chosen(None)
        self.finder.line.clear()
        self.finder.list.hide()
        self.add(service_id, component)
        self._changed()
