"""The fields that the page of changes brings to its form, and what they look up."""

from datetime import timedelta
from typing import Any

from desktop.pages import change_load
from desktop.pages.field_page import FormPage
from desktop.pages.register_lookup import communities, find_households
from desktop.widgets.address_picker import AddressPicker
from desktop.widgets.arrivals_field import ArrivalRow, ArrivalsField
from desktop.widgets.date_field import DateField
from desktop.widgets.find_field import FindField
from desktop.widgets.head_field import HeadField
from desktop.widgets.province_field import province_field
from forms import definitions
from forms.reading import read_date
from models.texts import _


class ChangeFields(FormPage):
    """The part of the page of changes that makes and serves its fields."""

    def own_fields(self, form: definitions.Form, kind: str) -> dict[str, Any]:
        """The fields of a kind by question, besides those that the form makes itself."""
        quick = [(_("Today"), self.today), (_("Yesterday"), self.today - timedelta(days=1))]
        own: dict[str, Any] = {
            day: DateField(read_date, self.today, name=form.question(day).label, quick=quick)
            for day in ("born_on", "died_on", "happened_on")
        }
        spouse = FindField(name=form.question("spouse_id").label, hint=_("Name, pinyin, phone or address"))
        spouse.asked.connect(lambda text: self._find_residents(spouse, text))
        household = FindField(name=form.question("to_household_id").label, hint=_("Name, initials, phone tail or door"))
        household.asked.connect(lambda text: self._find_target(household, text))
        members = ArrivalsField(form.question("members"), self.today, lodges=kind == "lodger_in")
        members.added.connect(self._arrival_added)
        province = province_field(form.question("elsewhere_province").label)
        heads = HeadField(name=form.question("heads").label)
        return own | {
            "spouse_id": spouse,
            "to_household_id": household,
            "members": members,
            "elsewhere_province": province,
            "heads": heads,
        }

    def _arrival_added(self, row: ArrivalRow) -> None:
        row.who.asked.connect(lambda text: self._find_residents(row.who, text))

    def _find_residents(self, field: FindField, text: str) -> None:
        casebook = self.casebook
        self.read(lambda: change_load.find_residents(casebook, text), lambda found: field.offer(text, found))

    def _find_target(self, field: FindField, text: str) -> None:
        casebook, own_id = self.casebook, self.where.get("household_id")
        self.read(
            lambda: [match for match in find_households(casebook, text) if match.key != own_id],
            lambda found: field.offer(text, found),
        )

    def offer_communities(self, picker: AddressPicker, text: str) -> None:
        """Answer an address that asks for communities."""
        self.read(lambda: communities(text), lambda found: picker.offer_communities(text, found))
