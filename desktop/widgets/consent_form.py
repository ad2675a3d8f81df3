"""What is told to somebody about their data, what they agree to, who says so and how: asked, or taken back.

The widget knows neither casebook nor page: it is given the text and the people of the household, and gives back what
was said as plain data, which a draft keeps as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop import theme
from desktop.rights_words import HOWS, RELATIONS, how_text, relation_text
from desktop.widgets import pieces
from desktop.widgets.case_parts import Card
from desktop.widgets.choice_field import ChoiceField
from desktop.widgets.error_summary import ErrorSummary
from desktop.widgets.signature_pad import SignaturePad
from models.records.consent_text import ConsentText
from models.records.rights import ConsentEntry
from models.texts import _, language

SOMEBODY_ELSE = "other"
LETTERS = 13.0
"""Size in points at 100 per cent of what the person reads on the screen: it is read from a step away."""


@dataclass(frozen=True)
class Asked:
    """Whom it is about: the person, whether a guardian must speak, and the adults who may be it: (id, name)."""

    resident_id: str
    name: str
    needs_guardian: bool
    adults: tuple[tuple[str, str], ...]
    given: tuple[str, ...] = ()  # classes of data that are agreed to now; they can be withdrawn


class ConsentForm(QWidget):
    """`changed` is emitted when somebody says something; the page keeps a draft then.

    withdrawing: which of the classes agreed to are taken back, instead of the whole question.
    """

    changed = Signal()
    classes_changed = Signal()

    def __init__(
        self, asked: Asked, text: ConsentText, told: Mapping[str, Sequence[str]], *, withdrawing: bool
    ) -> None:
        """told: the lines of the text as shown, by language (zh_CN, en)."""
        super().__init__()
        self.asked, self.text, self._told, self.withdrawing = asked, text, told, withdrawing
        self.shown_in: str = language()
        self.summary = ErrorSummary()
        self.summary.chosen.connect(self.go_to)
        self.classes: dict[str, ChoiceField] = {}
        self.parts: list[Card] = [self._who(), self._how()]
        self.parts.insert(0, self._what())
        if not withdrawing:
            self.parts.insert(0, self._text())
        self._column = pieces.column(self, self.summary, *self.parts, gap=16)
        self._show_who()
        self._show_how()

    # The four parts.

    def _text(self) -> Card:
        self.language_field = ChoiceField(
            [("zh_CN", "中文"), ("en", "English")], keys=False, name=_("Language of the text")
        )
        self.language_field.show_answer(self.shown_in)
        self.language_field.changed.connect(self._other_language)
        card = Card(_("Show this to the person, or read it out"))
        card.add(self.language_field)
        self._lines = pieces.column(None, gap=10)
        card.add(self._lines)
        self._show_text()
        return card

    def _show_text(self) -> None:
        pieces.clear(self._lines)
        paragraphs = len(self.text.paragraphs)
        for place, line in enumerate(self._told[self.shown_in]):
            title, after = place == 0, place > paragraphs
            label = pieces.text(line if not after else f"• {line}", select=True)
            size = theme.points(LETTERS + (2 if title else 0))
            label.setStyleSheet(f"font-size: {size}pt; font-weight: {600 if title else 400};")
            self._lines.addWidget(label)

    def _other_language(self) -> None:
        chosen = self.language_field.answer()
        if chosen:
            self.shown_in = str(chosen)
            self._show_text()
            self.changed.emit()

    def _what(self) -> Card:
        card = Card(_("What is taken back?") if self.withdrawing else _("What does the person agree to?"))
        if not self.withdrawing:
            card.add(pieces.text(_("Each kind by itself. Whoever refuses one keeps every service without it."), "soft"))
        for each in self.text.classes:
            if self.withdrawing and each.code not in self.asked.given:
                continue
            field = ChoiceField(self._choices(each.code), keys=False, name=each.label.shown)
            field.changed.connect(self.changed)
            field.changed.connect(self.classes_changed)
            self.classes[each.code] = field
            label = pieces.text(each.label.shown, "label")
            label.setBuddy(field)
            card.add(pieces.column(None, label, pieces.text(each.why.shown, "small"), field, gap=4))
        self.stops = pieces.text("", "soft")
        self.stops.hide()
        card.add(self.stops)
        return card

    def _choices(self, code: str) -> list[tuple[str, str]]:
        if self.withdrawing:
            return [("withdrawn", _("Take back")), ("", _("Stays as it is"))]
        choices = [("given", _("Agrees")), ("refused", _("Refuses"))]
        if code == "plain":
            choices.append(("informed", _("A legal duty asks for them: the person was told")))
        return choices

    def _who(self) -> Card:
        card = Card(_("Who says so?"))
        selves = [] if self.asked.needs_guardian else [("self", self.asked.name)]
        self.who = ChoiceField([*selves, ("guardian", _("A parent or guardian"))], keys=False, name=_("Who says so?"))
        self.guardian = ChoiceField(
            [*self.asked.adults, (SOMEBODY_ELSE, _("Somebody else"))], keys=False, name=_("Which guardian")
        )
        self.guardian_name, self.relation = (
            QLineEdit(),
            ChoiceField(
                [(code, relation_text(code)) for code in RELATIONS],
                keys=False,
                name=_("What the guardian is to the child"),
            ),
        )
        self.guardian_name.setMaxLength(50)
        self.guardian_name.setAccessibleName(_("Name of the guardian"))
        self.guardian_name.setPlaceholderText(_("Name of the guardian"))
        self._guardian_part, self._name_part = QWidget(), QWidget()
        pieces.column(self._name_part, self.guardian_name, gap=6)
        pieces.column(
            self._guardian_part,
            self.guardian,
            self._name_part,
            pieces.text(_("What the guardian is to the child"), "label"),
            self.relation,
            gap=6,
        )
        if self.asked.needs_guardian:
            card.add(pieces.text(_("{name} is under 14: a guardian agrees.").format(name=self.asked.name)))
        self.who.setHidden(self.asked.needs_guardian)
        self.who.show_answer("guardian" if self.asked.needs_guardian else "self")
        if self.asked.needs_guardian and len(self.asked.adults) == 1:
            self.guardian.show_answer(self.asked.adults[0][0])
        card.add(self.who)
        card.add(self._guardian_part)
        for field in (self.who, self.guardian, self.relation):
            field.changed.connect(self._who_changed)
        self.guardian_name.textEdited.connect(self.changed)
        return card

    def _who_changed(self) -> None:
        self._show_who()
        self.changed.emit()

    def _show_who(self) -> None:
        self._guardian_part.setHidden(self.who.answer() != "guardian")
        self._name_part.setHidden(self.guardian.answer() != SOMEBODY_ELSE)

    def _how(self) -> Card:
        card = Card(_("How?"))
        self.how = ChoiceField([(how, how_text(how)) for how in HOWS], keys=False, name=_("How?"))
        self.how.changed.connect(self._how_changed)
        self.pad = SignaturePad(_("Signature"))
        self.pad.changed.connect(self.changed)
        self.pad.paper_chosen.connect(lambda: self._take_paper())
        self.paper_hint = pieces.text(
            _("Keep the signed paper, and photograph it afterwards on the page of pictures: kind “Signed paper”."),
            "soft",
        )
        self.witness = QLineEdit()
        self.witness.setMaxLength(50)
        self.witness.setAccessibleName(_("Name of the witness"))
        self.witness.setPlaceholderText(_("Name of the witness"))
        self.witness.textEdited.connect(self.changed)
        for thing in (self.how, self.pad, self.paper_hint, self.witness):
            card.add(thing)
        return card

    def _take_paper(self) -> None:
        self.how.show_answer("paper")
        self._how_changed()

    def _how_changed(self) -> None:
        self._show_how()
        self.changed.emit()

    def _show_how(self) -> None:
        how = self.how.answer()
        self.pad.setHidden(how != "screen")
        self.paper_hint.setHidden(how != "paper")
        self.witness.setHidden(how != "spoken")

    # What was said.

    def body(self) -> dict[str, Any]:
        """Everything but the signature, as plain data; a signature is drawn again."""
        return {
            "classes": {code: field.answer() for code, field in self.classes.items()},
            "who": self.who.answer(),
            "guardian": self.guardian.answer(),
            "guardian_name": self.guardian_name.text(),
            "relation": self.relation.answer(),
            "how": self.how.answer(),
            "witness": self.witness.text(),
            "language": self.shown_in,
        }

    def show_body(self, body: Mapping[str, Any]) -> None:
        """Show what a draft has kept."""
        classes: Mapping[str, Any] = body.get("classes") or {}
        for code, field in self.classes.items():
            field.show_answer(classes.get(code, ""))
        if not self.asked.needs_guardian:
            self.who.show_answer(body.get("who") or "self")
        self.guardian.show_answer(body.get("guardian"))
        self.guardian_name.setText(str(body.get("guardian_name") or ""))
        self.relation.show_answer(body.get("relation"))
        self.how.show_answer(body.get("how"))
        self.witness.setText(str(body.get("witness") or ""))
        if not self.withdrawing and body.get("language") in self._told:
            self.shown_in = str(body["language"])
            self.language_field.show_answer(self.shown_in)
            self._show_text()
        self._show_who()
        self._show_how()

    def chosen(self, *answers: str) -> list[str]:
        """The classes of data that were answered so."""
        return [code for code, field in self.classes.items() if field.answer() in answers]

    def problems(self) -> list[tuple[str, str]]:
        """(field, sentence) for everything that is still to be said."""
        found = []
        if not self.chosen("given", "refused", "informed", "withdrawn"):
            words = _("Choose what is taken back.") if self.withdrawing else _("Answer for at least one kind.")
            found.append(("classes", words))
        if self.who.answer() == "guardian":
            other = self.guardian.answer() in ("", SOMEBODY_ELSE)
            if other and not self.guardian_name.text().strip():
                found.append(("guardian", _("Say who the guardian is.")))
            elif not self.relation.answer():
                found.append(("relation", _("Say what the guardian is to the child.")))
        how = self.how.answer()
        if not how:
            found.append(("how", _("Say how it is done.")))
        elif how == "screen" and self.pad.is_empty():
            found.append(("pad", _("The signature is missing.")))
        elif how == "spoken" and not self.witness.text().strip():
            found.append(("witness", _("Write the name of the witness.")))
        return found

    def check(self) -> bool:
        """Whether all is said; else the summary takes the cursor."""
        found = self.problems()
        self.summary.show_problems(found)
        if found:
            self.summary.setFocus()
        return not found

    def entries(self, day: date) -> list[ConsentEntry]:
        """What was said, as entries; the signature's picture is not known yet. Call it when check() is content."""
        guardian: dict[str, Any] = {}
        if self.who.answer() == "guardian":
            named = dict(self.asked.adults).get(str(self.guardian.answer()), "")
            guardian = {
                "given_by": "guardian",
                "guardian_id": self.guardian.answer() if named else "",
                "guardian_name": named or self.guardian_name.text().strip(),
                "guardian_relation": relation_text(str(self.relation.answer())),
            }
        base = {
            "resident_id": self.asked.resident_id,
            "purposes": tuple(purpose.code for purpose in self.text.purposes),
            "language": self.shown_in,
            "how": self.how.answer(),
            "witness": self.witness.text().strip() if self.how.answer() == "spoken" else "",
            "given_on": day,
            **guardian,
        }
        made = []
        for action in ("informed", "given", "refused", "withdrawn"):
            classes = tuple(self.chosen(action))
            if classes:
                more = {"basis": "statutory"} if action == "informed" else {}
                made.append(ConsentEntry(**{**base, **more, "action": action, "classes": classes}))
        return made

    def signature(self) -> bytes:
        """The PNG of what was drawn; b"" where it is not signed on the screen."""
        return self.pad.png() if self.how.answer() == "screen" else b""

    def show_stops(self, lines: Sequence[str]) -> None:
        """What taking back, or refusing, would stop."""
        self.stops.setText("\n".join(lines))
        self.stops.setHidden(not lines)

    def go_to(self, field: str) -> None:
        """Put the cursor where a problem is."""
        places: dict[str, QWidget] = {
            "classes": next(iter(self.classes.values())).first_focus() if self.classes else self,
            "guardian": self.guardian.first_focus() if self.guardian.answer() == "" else self.guardian_name,
            "relation": self.relation.first_focus(),
            "how": self.how.first_focus(),
            "pad": self.pad.paper_button,
            "witness": self.witness,
        }
        places[field].setFocus()

    def first_focus(self) -> QWidget:
        """Where work begins: the first question."""
        return next(iter(self.classes.values())).first_focus() if self.classes else self.how.first_focus()
