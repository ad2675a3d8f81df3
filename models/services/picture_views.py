"""What the service of pictures hands to the screens."""

from dataclasses import dataclass, field
from datetime import date

from models.records.picture import COVERED


@dataclass(frozen=True)
class PictureView:
    """A picture in a list."""

    id: str
    subject_kind: str  # resident, household or visit
    subject_id: str
    kind: str  # code
    title: str
    taken_on: date | None
    width: int  # pixels of the full picture
    height: int
    size: int  # bytes of the full picture
    facts: tuple[str, ...]  # names of the facts that it proves
    document_id: str
    visit_id: str
    worker: str
    at: int  # when it was taken over
    here: bool  # false: its bytes are on another device
    thumb: bytes = field(default=b"", repr=False)  # JPEG; empty where it was not asked for or is not here

    @property
    def covered(self) -> bool:
        """Whether it is shown only when somebody asks for it, and that is journalled."""
        return self.kind in COVERED
