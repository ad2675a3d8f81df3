"""What the page of pictures reads, off the window's thread: whose they are, the thumbnails, what they can prove."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtGui import QImage

from desktop.case_words import day_text, document_text, noted, person_line
from desktop.fact_words import dictionary, fact_sentences
from desktop.picture_sources import Source
from desktop.widgets.picture_grid import PictureTile, thumb_image
from desktop.widgets.picture_words import Provable
from models.imaging import BadPicture, Sized, preview, read_picture
from models.records import codes
from models.services.picture_views import PictureView
from models.texts import _, language

ORIGINALS = "camera_originals"
"""Name of the setting: files of the camera's folder that were taken over and not yet deleted, nor left on purpose."""

PREVIEW_SIDE = 1400
"""Pixels of the long side of the picture that is edited on the screen."""


@dataclass(frozen=True)
class Loaded:
    """All that the page shows, read in one go."""

    kind: str  # resident or household: of whom a new picture is
    id: str
    name: str
    detail: str
    whose: tuple[tuple[str, str, str], ...]  # (kind, id, words) of those whose pictures are one click away
    visit_id: str  # only those of this visit are shown; empty: all of the subject
    pictures: tuple[PictureView, ...]
    images: Mapping[str, QImage] = field(repr=False)
    labels: Mapping[str, str]  # name of a fact -> what it is called
    provable: Provable
    seen: int = -1  # the moment from which it is (casebook.desks.seen())
    originals: tuple[Path, ...] = ()  # taken over from the camera's folder, where they still lie in the open

    def picture(self, picture_id: str) -> PictureView | None:
        """One of the pictures; None where it is no more."""
        return next((view for view in self.pictures if view.id == picture_id), None)


@dataclass(frozen=True)
class Prepared:
    """A file that can be edited."""

    source: Source
    data: bytes = field(repr=False)
    sized: Sized
    image: QImage = field(repr=False)


def load(casebook: Any, resident_id: str, household_id: str, visit_id: str) -> Loaded:
    """Read everything. Raises NotFound."""
    seen = casebook.desks.seen()
    if not resident_id and not household_id:
        household_id = casebook.visits.get(visit_id).household_id
    documents: tuple[tuple[str, str], ...] = ()
    if resident_id:
        # An old way may lead to a record that was merged since.
        kind, subject = "resident", casebook.merging.survivor(resident_id)
        view = casebook.residents.get(subject)
        name, detail = view.row.name, "  ·  ".join(filter(None, (person_line(view.row), view.row.address)))
        homes = casebook.households.of_resident(subject)
        home = next((each for each in homes if each.id == household_id), homes[0] if homes else None)
        documents = tuple((each.id, noted(document_text(each.kind), each.masked)) for each in view.documents)
    else:
        kind, subject = "household", household_id
        home = casebook.households.get(household_id)
        name = home.address or _("Household without an address")
        detail = _(", ").join(member.resident.name for member in home.members)
    whose = [("household", home.id, _("The household"))] if home is not None else []
    if home is not None:
        whose += [("resident", member.resident.id, member.resident.name) for member in home.members]
    pictures = tuple(casebook.pictures.of("visit", visit_id) if visit_id else casebook.pictures.of(kind, subject))
    labels, provable = _provable(casebook, kind, subject)
    return Loaded(
        kind,
        subject,
        name,
        detail,
        tuple(whose) if len(whose) > 1 else (),
        visit_id,
        pictures,
        {view.id: thumb_image(view.thumb, view.covered) for view in pictures if view.thumb},
        labels,
        Provable(provable.told, provable.others, documents),
        seen,
        tuple(path for path in map(Path, casebook.settings.get(ORIGINALS, ())) if path.exists()),
    )


def _provable(casebook: Any, kind: str, subject: str) -> tuple[dict[str, str], Provable]:
    """Names of the facts in words, and what can be proved of somebody; sensitive facts are left out of both."""
    policies = dictionary(casebook)
    level = "person" if kind == "resident" else "household"
    facts = tuple(casebook.facts.of(subject))
    sentences = fact_sentences(policies, facts)
    told = tuple((view.name, sentences[view.id]) for view in facts if view.id in sentences)
    labels = {}
    for name, definition in policies.facts.items():
        if not definition.sensitive:
            words = definition.zh if language() == "zh_CN" else definition.en
            labels[name] = words.label or words.ask  # what holds is not known as long as nobody told it
    names = dict(told)
    others = [
        (name, labels[name])
        for name, definition in policies.facts.items()
        if definition.level == level and name in labels and name not in names
    ]
    return {**labels, **names}, Provable(told, tuple(others))


def tile_of(view: PictureView, loaded: Loaded) -> PictureTile:
    """A picture as a tile."""
    kind = codes.label("picture_kind", view.kind)
    first = " · ".join(filter(None, (kind if view.title else "", view.taken_on.isoformat() if view.taken_on else "")))
    return PictureTile(
        view.id,
        view.title or kind,
        "\n".join(filter(None, (first, proves(view, loaded)))),
        covered=view.covered and view.here,
        elsewhere=not view.here,
        image=loaded.images.get(view.id, QImage()),
    )


def proves(view: PictureView, loaded: Loaded) -> str:
    """What a picture proves, in words; empty where it proves nothing."""
    documents = dict(loaded.provable.documents)
    words = [documents[view.document_id]] if view.document_id in documents else []
    words += [loaded.labels[name] for name in view.facts if name in loaded.labels]
    return _("Proves: {facts}").format(facts=_(", ").join(words)) if words else ""


def facts_of(view: PictureView, loaded: Loaded) -> str:
    """Everything that is known of a picture, in one line."""
    kind = codes.label("picture_kind", view.kind)
    size = _("{width} × {height} pixels, {kb} KB").format(
        width=view.width, height=view.height, kb=max(view.size // 1024, 1)
    )
    parts = (kind if view.title else "", day_text(view.taken_on), view.worker, size, proves(view, loaded))
    return "  ·  ".join(part for part in parts if part)


def prepare(source: Source) -> Prepared:
    """Open a picture for editing. Raises CannotRead, BadPicture with the file's name."""
    try:
        data = source.read()
        sized = read_picture(data)
        return Prepared(source, data, sized, QImage.fromData(preview(data, PREVIEW_SIDE)))
    except BadPicture as trouble:
        raise BadPicture(**{**trouble.facts, "name": source.name}) from trouble


def small_tiles(casebook: Any, visit_id: str) -> list[PictureTile]:
    """The pictures of a visit for a strip; to be called off the window's thread."""
    return [
        PictureTile(
            view.id,
            view.title or codes.label("picture_kind", view.kind),
            covered=view.covered and view.here,
            elsewhere=not view.here,
            image=thumb_image(view.thumb, view.covered) if view.thumb else QImage(),
        )
        for view in casebook.pictures.of("visit", visit_id)
    ]


def remember_originals(casebook: Any, sources: Iterable[Source]) -> None:
    """Note which files of the camera's folder are sealed here now; to be called off the window's thread."""
    files = [str(source.path) for source in sources if source.camera and source.path is not None]
    if files:
        casebook.settings.set(ORIGINALS, list(dict.fromkeys([*casebook.settings.get(ORIGINALS, ()), *files])))
