"""Everything that an office may change of a paper: paper and margins, head and logo, order of the parts, texts."""

import base64
from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QLineEdit, QSpinBox, QWidget

from desktop import theme
from desktop.template_words import FORM_NAMES, RECEIPTS, field_name
from desktop.widgets import pieces
from desktop.widgets.block_order import BlockOrder
from desktop.widgets.case_parts import Card
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.margin_sheet import MarginSheet
from desktop.widgets.template_texts import TemplateTexts
from models.records.layout import SETUPS, SIZES, Layout, Margins
from models.records.template import NAME_LENGTH
from models.services.template_views import FieldProblem
from models.texts import _

SIDES = {"top": (10, 60), "bottom": (8, 60), "left": (10, 50), "right": (10, 50)}
"""What a margin may be, in millimetres; as models.records.layout.Margins."""


class TemplateForm(QWidget):
    """A template in by show_template(), out by name() and layout(); `changed` where a person changed something."""

    changed = Signal()
    logo_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._shown = Layout()
        self._paper = ""
        self._own: Mapping[str, str] = {}
        self._showing = False
        self._logo = ""
        self._problems: dict[str, QLabel] = {}
        self._box = pieces.column(self, gap=14)
        self.problem = pieces.text("", "error")
        self.problem.hide()
        self._box.addWidget(self.problem)
        self._build_name()
        self._build_paper()
        self._build_head()
        self._build_parts()
        self.texts = TemplateTexts()
        self.texts.changed.connect(self._changed)
        card = Card(_("Texts"))
        card.add(self.texts)
        self._box.addWidget(card)
        self._box.addStretch(1)
        self._showing = True
        self._show_setup("letter")
        self._showing = False

    def _beside(self, field: str) -> QLabel:
        """The place for what is wrong with a field."""
        made = pieces.text("", "error")
        made.hide()
        self._problems[field] = made
        return made

    def _build_name(self) -> None:
        self.name_line = QLineEdit()
        self.name_line.setMaxLength(NAME_LENGTH)
        self.name_line.setAccessibleName(_("Name of the template"))
        self.name_line.textChanged.connect(lambda _text: self._changed())
        card = Card(_("Name of the template"))
        card.add(self.name_line)
        card.add(self._beside("name"))
        card.add(pieces.text(_("So it is called in the list; it is not printed."), "small"))
        self._box.addWidget(card)

    def _build_paper(self) -> None:
        card = self.paper_card = Card(_("Paper and margins"))
        self.paper = QComboBox()
        self.paper.setAccessibleName(_("Size of the paper"))
        self.form = QComboBox()
        self.form.setAccessibleName(_("Receipt on the sheet"))
        for form, words in FORM_NAMES.items():
            self.form.addItem(_(words), form)
        for box in (self.paper, self.form):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(14)
            box.currentIndexChanged.connect(lambda _place: self._changed())
        card.add(pieces.text(_("Size of the paper"), "label"))
        card.add(self.paper)
        card.add(self._beside("paper"))
        card.add(self.form)
        names = {"top": _("Above"), "bottom": _("Below"), "left": _("Left"), "right": _("Right")}
        self.margins: dict[str, QSpinBox] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(10))
        grid.setVerticalSpacing(theme.px(6))
        grid.setColumnStretch(2, 1)
        for place, (side, (least, most)) in enumerate(SIDES.items()):
            spin = QSpinBox()
            spin.setRange(least, most)
            spin.setSuffix(_(" mm"))
            spin.setAccessibleName(_("Margin: {side}").format(side=names[side]))
            spin.valueChanged.connect(lambda _value: self._changed())
            grid.addWidget(pieces.text(names[side], "label", wrap=False), place, 0)
            grid.addWidget(spin, place, 1)
            self.margins[side] = spin
        self.sheet = MarginSheet()
        beside = pieces.line(None, grid, gap=12)
        beside.setStretch(0, 1)
        beside.addWidget(self.sheet, 0, Qt.AlignmentFlag.AlignTop)
        card.add(beside)
        for side in SIDES:
            card.add(self._beside(f"margins.{side}"))
        self._box.addWidget(card)

    def _build_head(self) -> None:
        card = Card(_("Head"))
        self.heading = QLineEdit()
        self.heading.setMaxLength(40)
        self.heading.setAccessibleName(_("Name in the head"))
        self.heading.textChanged.connect(lambda _text: self._changed())
        self.red_head = QCheckBox(_("Print the red head"))
        self.red_head.setToolTip(_("Off where the office prints on headed paper"))
        self.red_head.toggled.connect(lambda _on: self._changed())
        caption = pieces.text(_("Name in the head"), "label")
        caption.setBuddy(self.heading)
        card.add(caption)
        card.add(self.heading)
        card.add(self._beside("heading"))
        self.issuer = pieces.text("", "small")
        card.add(self.issuer)
        card.add(self.red_head)
        self.logo_label = pieces.text(_("Logo"), "label")
        card.add(self.logo_label)
        self.logo_picture = QLabel()
        self.logo_picture.setAccessibleName(_("Logo"))
        self.choose_button = pieces.button(_("Choose a picture…"), self.logo_wanted.emit, icon="picture")
        self.drop_button = pieces.button(_("Take the logo away"), lambda: self.show_logo(""), "link")
        self.logo_height = QSpinBox()
        self.logo_height.setRange(6, 30)
        self.logo_height.setSuffix(_(" mm"))
        self.logo_height.setAccessibleName(_("Height of the logo"))
        self.logo_height.valueChanged.connect(lambda _value: self._changed())
        self._height = QWidget()
        pieces.line(self._height, pieces.text(_("Height"), "label", wrap=False), self.logo_height, gap=8)
        row = self.logo_row = QWidget()
        flow = FlowLayout(row, gap=12)
        for thing in (self.logo_picture, self.choose_button, self._height, self.drop_button):
            flow.addWidget(thing)
        card.add(row)
        card.add(self._beside("logo"))
        self.logo_trouble = pieces.text("", "error")
        card.add(self.logo_trouble)
        self._box.addWidget(card)

    def _build_parts(self) -> None:
        card = self.parts_card = Card(_("Order of the parts"))
        hint = _("Drag a part, or move it with Alt+Up and Alt+Down. What is not ticked is not printed.")
        self.parts_hint = pieces.text(hint, "small")
        card.add(self.parts_hint)
        self.blocks = BlockOrder()
        self.blocks.changed.connect(self._changed)
        card.add(self.blocks)
        card.add(self._beside("blocks"))
        self.qr = QCheckBox(_("QR code to check the letter with"))
        self.receipt = QCheckBox()
        for tick in (self.qr, self.receipt):
            tick.toggled.connect(lambda _on: self._changed())
            card.add(tick)
        self._box.addWidget(card)

    # In and out.

    def name(self) -> str:
        """What the template is called; may be empty."""
        return self.name_line.text().strip()

    def layout_value(self) -> Layout:
        """The layout as it is shown; its version is that of the one it began with."""
        was = self._shown.margins.model_dump()
        margins = {
            side: was[side] if round(was[side]) == spin.value() else float(spin.value())
            for side, spin in self.margins.items()
        }
        height = self._shown.logo_height
        told = {
            "paper": self.paper.currentData(),
            "form": self.form.currentData(),
            "margins": Margins(**margins),
            "heading": self.heading.text().strip(),
            "logo": self._logo,
            "blocks": self.blocks.blocks(),
            "qr": self.qr.isChecked(),
            "receipt": self.receipt.isChecked(),
            "red_head": self.red_head.isChecked(),
        }
        fields = SETUPS[self._paper or "letter"].fields
        height = height if round(height) == self.logo_height.value() else float(self.logo_height.value())
        chosen = {name: value for name, value in told.items() if name in fields}
        return self._shown.model_copy(update={**chosen, "logo_height": height, "texts": self.texts.texts()})

    def show_template(
        self, name: str, layout: Layout, own: Mapping[str, str], issuer: str, paper: str = "letter"
    ) -> None:
        """Show a template of a kind of paper. own: the program's texts; issuer: what stands in the head by itself.
        Emits nothing.
        """
        self._showing = True
        self._shown, self._own = layout, own
        self._show_setup(paper)
        if self.name_line.text().strip() != name:
            self.name_line.setText(name)
        self.paper.setCurrentIndex(self.paper.findData(layout.paper))
        self.form.setCurrentIndex(self.form.findData(layout.form))
        for side, spin in self.margins.items():
            spin.setValue(round(getattr(layout.margins, side)))
        if self.heading.text().strip() != layout.heading:
            self.heading.setText(layout.heading)
        self.issuer.setText(_("Left empty, the office's name is printed: {name}").format(name=issuer))
        self.red_head.setChecked(layout.red_head)
        self.logo_height.setValue(round(layout.logo_height))
        self.blocks.show_blocks(layout.blocks, SETUPS[paper])
        self.qr.setChecked(layout.qr)
        self.receipt.setChecked(layout.receipt)
        self.texts.show_texts(own, layout.texts, paper)
        self.show_logo(layout.logo)
        self._showing = False
        self._draw()

    def _show_setup(self, paper: str) -> None:
        """Offer what may be changed of this kind of paper, and nothing else."""
        if paper == self._paper:
            return
        self._paper, setup = paper, SETUPS[paper]
        self.paper.clear()
        for size in setup.papers:
            wide, high = SIZES[size]
            self.paper.addItem(_("{paper} ({wide:g} × {high:g} mm)").format(paper=size, wide=wide, high=high), size)
        self.receipt.setText(_(RECEIPTS[paper]) if paper in RECEIPTS else "")
        for field, things in {
            "paper": (self.paper_card,),
            "form": (self.form,),
            "red_head": (self.red_head,),
            "logo": (self.logo_label, self.logo_row),
            "qr": (self.qr,),
            "receipt": (self.receipt,),
            "blocks": (self.parts_card,),
        }.items():
            for thing in things:
                thing.setVisible(field in setup.fields)

    def show_logo(self, logo: str) -> None:
        """Show a logo (PNG, Base64), or with "" none; a change like any other."""
        self._logo = logo
        self.say_logo("")
        picture = QPixmap.fromImage(QImage.fromData(base64.b64decode(logo))) if logo else QPixmap()
        if not picture.isNull():
            side = theme.px(64)
            ratio = self.devicePixelRatioF()
            picture = picture.scaled(
                round(3 * side * ratio),
                round(side * ratio),
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            picture.setDevicePixelRatio(ratio)
            self.logo_picture.setPixmap(picture)
        else:
            self.logo_picture.clear()
        for thing in (self.logo_picture, self._height, self.drop_button):
            thing.setVisible(bool(logo))
        self._changed()

    def say(self, problems: Sequence[FieldProblem]) -> None:
        """Say what is wrong beside each field, and all of it on top."""
        told = {problem.field: problem.words for problem in problems}
        for field, label in self._problems.items():
            label.setText(told.get(field, ""))
            label.setVisible(field in told)
        texts = {field.removeprefix("texts."): words for field, words in told.items() if field.startswith("texts.")}
        self.texts.say(texts)
        lines = [
            _("{field}: {problem}").format(field=field_name(p.field, self._own, self._paper), problem=p.words)
            for p in problems
        ]
        self.problem.setText("\n".join(lines))
        self.problem.setVisible(bool(lines))
        self.sheet.show_layout(self.layout_value(), wrong=any(field.startswith("margins") for field in told))

    def say_logo(self, words: str) -> None:
        """Say why a file was not taken as a logo; it stays until one is, or until the logo is taken away."""
        self.logo_trouble.setText(words)
        self.logo_trouble.setVisible(bool(words))

    # Inside.

    def _changed(self) -> None:
        if not self._showing:
            self._draw()
            self.changed.emit()

    def _draw(self) -> None:
        self.sheet.show_layout(self.layout_value(), wrong=self.sheet_wrong())

    def sheet_wrong(self) -> bool:
        """Whether a margin is said to be wrong now."""
        return any(label.text() for field, label in self._problems.items() if field.startswith("margins"))
