"""Those whom files are exchanged with: what they are sent, a laptop that was lost, sets of rules that came."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.case_words import moment_text
from desktop.widgets import pieces
from desktop.widgets.banner import Banner
from desktop.widgets.case_parts import Card, Chip, TickRow
from desktop.widgets.form_dialog import FormDialog
from desktop.widgets.mark import Mark
from models.clock import today
from models.records import divisions
from models.texts import _, ngettext

if TYPE_CHECKING:
    from desktop.pages.sync import SyncPage

COMMUNITY_DIGITS = 12  # of the code of a community's office; streets and districts have fewer


class PartnersCard(Card):
    """Everybody whose card was trusted, with what can be done about each."""

    def __init__(self, page: "SyncPage") -> None:
        super().__init__(_("Exchanged with"))
        self.page = page

    def show_partners(
        self, partners: Sequence[Any], shut_out: Sequence[Any] = (), departed: Mapping[str, int] | None = None
    ) -> None:
        """Partners as models.services.partners.Partner; those that are refused for good stand below. departed: how many
        residents a partner brings up to date no more."""
        pieces.clear(self.body)
        self._departed = departed or {}
        if not partners:
            words = _("Cards are exchanged once, by hand: take in the office's card, and bring yours to the office.")
            self.add(pieces.text(words, "soft"))
        on = today(self.page.casebook.clock)
        for place, partner in enumerate(partners):
            if place:
                self.add(pieces.rule())
            self._show_one(partner, on)
        for partner in shut_out:
            self.add(pieces.rule())
            head = pieces.line(None, Mark("no", "danger", 20), gap=10)
            head.addWidget(pieces.text(partner.name or partner.id[:8], "label"), 1)
            head.addWidget(Chip(_("Shut out"), tone="danger"))
            self.add(head)
            when = moment_text(partner.revoked_at, on)
            self.add(pieces.text("  ·  ".join(part for part in (reason_words(partner.revoked), when) if part), "small"))

    def _show_one(self, partner: Any, on: date) -> None:
        kind = _("Office") if partner.kind == "office" else _("Laptop")
        head = pieces.line(None, Mark("office" if partner.kind == "office" else "person", "accent", 20), gap=10)
        head.addWidget(pieces.text(partner.name, "label"), 1)
        head.addWidget(Chip(kind))
        self.add(head)
        words = _("Fingerprint {fingerprint}").format(fingerprint=partner.fingerprint)
        self.add(pieces.text(words, "small", select=True))
        if heard := moment_text(partner.at, on):
            self.add(pieces.text(_("Last heard of: {moment}").format(moment=heard), "small"))
        if gone := self._departed.get(partner.id, 0):
            words = ngettext(
                "{n} resident here is no longer brought up to date from there",
                "{n} residents here are no longer brought up to date from there",
                gone,
            )
            self.add(pieces.text(words.format(n=f"{gone:,}"), "small"))
        if self._is_below(partner):
            self.add(pieces.text(scope_words(partner.scope), "small"))
            scope = pieces.button(_("What it is sent"), partial(self.ask_scope, partner), "link")
            self.page.reserve("partners", scope)
            scope.setAccessibleName(_("What {name} is sent").format(name=partner.name))
        else:
            scope = None
        self.add(self._distrust_line(partner, scope))

    def _is_below(self, partner: Any) -> bool:
        """Whether the partner belongs to this office, so that this office says what it is sent."""
        own = self.page.casebook.office.code
        return len(own) < COMMUNITY_DIGITS and partner.office_code.startswith(own) and partner.office_code != own

    def ask_scope(self, partner: Any) -> None:
        """Choose the communities whose records a partner is sent."""
        ScopeDialog(self.page, partner).open()

    def _distrust_line(self, partner: Any, beside: QWidget | None) -> QWidget:
        """Stopping the exchange is asked for twice: in a hurry the wrong laptop would be shut out."""
        place = QWidget()
        box = pieces.column(place, gap=4)
        inside = QWidget()
        inner = pieces.column(inside, gap=6)
        pause = pieces.button(
            _("Yes, accept nothing more from {name}").format(name=partner.name),
            lambda: self._distrust(partner.id, partner.name),
        )
        words = _("For now: its card can be taken in again later.")
        inner.addWidget(pieces.text(words, "small"))
        inner.addLayout(pieces.line(None, pause, None))
        words = _(
            "For good, where the laptop was lost or stolen: its files are refused for ever, and everybody who belongs "
            "to this office hears of it with the next exports. What came before stays."
        )
        inner.addWidget(pieces.text(words, "small"))
        lost = pieces.button(_("It was lost"), partial(self._revoke, partner, "lost"), "danger")
        stolen = pieces.button(_("It was stolen"), partial(self._revoke, partner, "stolen"), "danger")
        other = pieces.button(_("For another reason"), partial(self._ask_reason, partner), "danger")
        for button in (lost, stolen, other):
            button.setAccessibleName(f"{button.text()}: {partner.name}")
        inner.addLayout(pieces.wrapping(None, lost, stolen, other, None, gap=8))
        inside.hide()
        begin = pieces.button(_("Lost or replaced?"), lambda: inside.setVisible(inside.isHidden()), "link")
        self.page.reserve("partners", begin)
        begin.setAccessibleName(_("Stop the exchange with {name}").format(name=partner.name))
        box.addLayout(pieces.wrapping(None, *([beside] if beside else []), begin, None, gap=6))
        box.addWidget(inside)
        return place

    def _distrust(self, partner_id: str, name: str) -> None:
        page, sync = self.page, self.page.casebook.sync

        def done(_nothing: object) -> None:
            page.reload()
            page.arrivals.look(whole=True)
            page.shell.say(_("Nothing more is accepted from {name}. What came before stays.").format(name=name))

        page.run(lambda: sync.distrust(partner_id), done)

    def _revoke(self, partner: Any, reason: str) -> None:
        page, sync = self.page, self.page.casebook.sync

        def done(_nothing: object) -> None:
            page.reload()
            page.arrivals.look(whole=True)
            words = _("{name} is shut out for good. What came before stays; the next exports tell the others.")
            page.tell("info", words.format(name=partner.name))

        page.run(
            lambda: sync.revoke(partner.id, reason), done, lambda problem: page.tell("problem", problem.sentence())
        )

    def _ask_reason(self, partner: Any) -> None:
        ReasonDialog(self.page, partner, lambda reason: self._revoke(partner, reason)).open()


class ReasonDialog(FormDialog):
    """Why a partner is shut out for good, in a few words."""

    def __init__(self, page: "SyncPage", partner: Any, agreed: Any) -> None:
        super().__init__(page, _("Shut out for good"))
        self._agreed = agreed
        self.reason = QLineEdit()
        self.reason.setAccessibleName(_("Reason"))
        self.reason.setMaxLength(200)
        self.go = pieces.button(_("Shut out for good"), self._agree, "danger")
        self.go.setEnabled(False)
        self.reason.textChanged.connect(lambda words: self.go.setEnabled(bool(words.strip())))
        self.form.addWidget(pieces.text(partner.name, "label"))
        self.form.addWidget(pieces.text(_("Reason"), "soft"))
        self.form.addWidget(self.reason)
        self.finish(self.go)

    def _agree(self) -> None:
        self._agreed(self.reason.text().strip())
        self.accept()


class ScopeDialog(FormDialog):
    """Which communities' records a partner is sent; none chosen: everything."""

    def __init__(self, page: "SyncPage", partner: Any) -> None:
        super().__init__(page, _("What {name} is sent").format(name=partner.name))
        self._page, self._partner = page, partner
        own = page.casebook.office.code
        places = {one.code: one.short for one in divisions.children(own)}
        for code in (partner.office_code, *partner.scope):
            if code.startswith(own) and code not in places:
                found = divisions.division(code)
                places[code] = found.short if found is not None else code
        chosen = set(partner.scope)
        words = _(
            "It is sent the records of people and households that live in the places chosen here, and what everybody "
            "needs. Nothing chosen: everything that this office holds."
        )
        self.form.addWidget(pieces.text(words, "soft"))
        self.rows: dict[str, TickRow] = {}
        for code, name in sorted(places.items()):
            self.rows[code] = TickRow(name, checked=code in chosen)
            self.form.addWidget(self.rows[code])
        if partner.scope:
            words = _(
                "Records of a place that is taken away stay on that computer, and are brought up to date no more."
            )
            self.form.addWidget(Banner("info", words, closable=False))
        self.go = pieces.button(_("Save"), self._save, "primary")
        self.finish(self.go)

    def _save(self) -> None:
        page, partner = self._page, self._partner
        codes = [code for code, row in self.rows.items() if row.tick.isChecked()]
        sync = page.casebook.sync

        def done(_nothing: object) -> None:
            page.reload()
            page.tell("good", f"{partner.name}: {scope_words(codes)}")

        page.run(
            lambda: sync.set_scope(partner.id, codes), done, lambda problem: page.tell("problem", problem.sentence())
        )
        self.accept()


class PacksCard(Card):
    """Sets of rules that came from an office and were not looked at yet."""

    def __init__(self, page: "SyncPage") -> None:
        super().__init__(_("Sets of rules that came"))
        self.page = page

    def show_packs(self, packs: Sequence[Any]) -> None:
        """Packs as models.services.sync_files.ArrivedPack; those installed are history."""
        waiting = [one for one in packs if not one.installed]
        pieces.clear(self.body)
        self.setVisible(bool(waiting))
        on = today(self.page.casebook.clock)
        for one in waiting:
            self.add(pieces.text(one.title, "label"))
            self.add(pieces.text("  ·  ".join(part for part in (one.sender, moment_text(one.at, on)) if part), "small"))
            look = pieces.button(_("Look at it"), partial(self.page.look_at_pack, one.sha), icon="paper")
            look.setAccessibleName(_("Look at it: {title}").format(title=one.title))
            self.add(pieces.line(None, look, None))


def scope_words(scope: Sequence[str]) -> str:
    """What a partner is sent, in words."""
    if not scope:
        return _("Is sent everything")
    names = [found.short if (found := divisions.division(code)) is not None else code for code in scope]
    return _("Is sent {names} alone").format(names=_(", ").join(names))


def reason_words(reason: str) -> str:
    """Why a partner was shut out, in words."""
    known = {"lost": _("reported lost"), "stolen": _("reported stolen"), "left": _("left the exchange")}
    return known.get(reason, reason)
