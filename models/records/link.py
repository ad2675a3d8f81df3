"""The same person registered twice: an undoable link, never a rewrite."""

from models.records.base import Kept, flag_field, text_field
from models.records.sealed import sealed_text


class PersonLink(Kept, table=True):
    """Says that two residents are (active) or are not (active false, after a look) the same person.

    The id is derived from the sorted pair, so that two offices that link the same pair make the same row.
    """

    __tablename__ = "person_link"

    a_id: str = text_field(index=True)
    b_id: str = text_field(index=True)
    active: bool = flag_field()
    worker: str = text_field()
    grounds: str = text_field()  # what spoke for one person when it was said: "number", or nothing so strong
    reason: str = sealed_text("person_link.reason")  # why the two are different people, in the worker's words
