"""What the office is called and how it is reached, said by one of several desks."""

from dataclasses import replace

from models.errors import Problem
from models.services import desk_place
from models.services.book import Book
from models.services.settings import as_it_stands
from models.services.views import Office
from models.store.work import read_meta, write_meta
from models.texts import N_, _

_CALLED = {"name": N_("Name of the office"), "letter_mark": N_("Letter mark"), "phone": N_("Phone of the office")}


class OfficeChanged(Problem):
    """Another desk changed the same since the form was filled. Facts: office (as it is now), fields."""

    def sentence(self) -> str:
        """Tell the worker."""
        fields = self.facts["fields"]
        assert isinstance(fields, tuple)
        now = as_it_stands((_(_CALLED[name]), getattr(self.office, name)) for name in fields)
        return _(
            "Another desk has changed the same meanwhile ({now}). Nothing was overwritten and nothing was saved. What "
            "you typed is still here: save again if it is to stand."
        ).format(now=now)

    @property
    def office(self) -> Office:
        """As another desk left it."""
        found = self.facts["office"]
        assert isinstance(found, Office)
        return found


def change(book: Book, office: Office, shown: Office) -> None:
    """Write what differs from what was `shown`; what another desk changed besides stays. Raises OfficeChanged, and
    writes nothing, where another desk changed the same to something else. What keys begin with never changes.
    """
    with book.writing() as connection:
        now = Office(**read_meta(connection, "office"))
        mine = {name: getattr(office, name) for name in _CALLED if getattr(office, name) != getattr(shown, name)}
        disputed = tuple(
            name for name in mine if getattr(now, name) != getattr(shown, name) and getattr(now, name) != mine[name]
        )
        if not disputed:
            now = replace(now, code=office.code, **mine)
            write_meta(connection, "office", desk_place.office_values(now))
    book.office = now
    if disputed:
        raise OfficeChanged(office=now, fields=disputed)
