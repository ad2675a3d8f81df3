"""Pictures that are answers: taken on the page of pictures or signed here, kept with the draft until it is saved."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from desktop.pages import questionnaire_load as load
from desktop.widgets import pieces
from desktop.widgets.form_dialog import FormDialog
from desktop.widgets.picture_grid import thumb_image
from desktop.widgets.questionnaire_fields import PictureField
from desktop.widgets.signature_pad import SignaturePad
from models.imaging import edited
from models.records.picture import PictureEntry
from models.services.views import Changed
from models.texts import _

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from desktop.pages.questionnaire import QuestionnairePage


class Pictures:
    """The part of the page that takes, shows and removes pictures."""

    def __init__(self, page: "QuestionnairePage") -> None:
        self._page = page
        self.wanted_for = ""  # the question for which somebody went to the page of pictures
        self._removed: dict[str, str] = {}  # picture -> the question that it answered

    def take(self, path: str) -> None:
        """A picture for a question: on the page of pictures, or by a signature here."""
        page = self._page
        if page.opened is None or page.opened.whose is None or page.keeper is None:
            page.shell.notice(_("A trial keeps no pictures."), "info")
            return
        what = page.session.state(path).picture
        if what in ("signature", "drawing"):
            SignDialog(page, page.session.state(path).label, lambda png: self._signed(path, png)).open()
            return
        self.wanted_for = path
        page.keep()
        page.shell.go("pictures", **page.subject(), visit_id=page.keeper.id)

    def look(self, picture_id: str) -> None:
        """To the picture, on its page."""
        page = self._page
        page.keep()
        page.shell.go("pictures", **page.subject(), picture_id=picture_id)

    def came_back(self, opened: load.Opened) -> None:
        """From the page of pictures: the newest one that is no answer yet is the one that was wanted."""
        page = self._page
        path, self.wanted_for = str(opened.body.get("picture_for") or ""), ""
        if not path or page.view is None:
            return
        given = set(opened.session.result().pictures)
        new = next((picture for picture in opened.taken if picture not in given), "")
        if new:
            page.view.answer_of(path, new)
        page.go_to(path)

    def _signed(self, path: str, png: bytes) -> None:
        page, casebook = self._page, self._page.casebook
        assert page.opened is not None
        assert page.opened.whose is not None
        assert page.keeper is not None
        about = page.opened.whose
        entry = PictureEntry(
            subject_kind="resident" if about.resident_id else "household",
            subject_id=about.resident_id or about.household_id,
            visit_id=page.keeper.id,
            kind="signature",
            title=page.session.state(path).label[:200],
            taken_on=page.today,
        )

        def done(changed: Changed) -> None:
            if page.view is not None:
                page.view.answer_of(path, changed.id)

        page.run(lambda: casebook.pictures.add(entry, edited(png)), done)

    def show(self, field: PictureField, picture_id: str) -> None:
        """How a picture looks, in its field."""
        casebook = self._page.casebook

        def work() -> "tuple[QImage, bool] | None":
            found = casebook.pictures.several([picture_id])
            if not found or not found[0].thumb:
                return None
            return thumb_image(found[0].thumb, found[0].covered), found[0].covered

        def done(found: "tuple[QImage, bool] | None") -> None:
            if found is not None:
                field.show_image(found[0])

        self._page.shell.tasks.read(work, done, owner=field)

    def remove(self, picture_id: str) -> None:
        """Take a picture away; the way back makes it the answer again."""
        page, casebook = self._page, self._page.casebook
        order = page.view.order() if page.view is not None else []
        self._removed[picture_id] = next((one for one in order if page.session.state(one).typed == picture_id), "")

        def done(changed: Changed) -> None:
            page.shell.say(_("The picture was removed."), undo=lambda: casebook.undo(changed.operations))

        page.run(lambda: casebook.pictures.remove(picture_id), done)

    def changed(self, changed: Changed) -> None:
        """A picture that was brought back is an answer again."""
        page, casebook = self._page, self._page.casebook
        back = [picture for picture in self._removed if picture in changed.rows]
        if not back:
            return

        def done(found: list[str]) -> None:
            for picture in found:
                path = self._removed.pop(picture, "")
                if path and page.view is not None and not page.session.state(path).typed:
                    page.view.answer_of(path, picture)

        page.read(lambda: [view.id for view in casebook.pictures.several(back)], done)


class SignDialog(FormDialog):
    """A sheet to sign or to draw on; `done(png)` is called with what was drawn."""

    def __init__(self, page: "QuestionnairePage", label: str, done: Callable[[bytes], object]) -> None:
        super().__init__(page, label or _("Signature"), 640)
        self.pad = SignaturePad(label)
        self.pad.paper_button.hide()
        self._done = done
        self.go = pieces.button(_("Use this"), self._agree, "primary", "check")
        self.go.setEnabled(False)
        self.pad.changed.connect(lambda: self.go.setEnabled(not self.pad.is_empty()))
        self.form.addWidget(self.pad)
        self.finish(self.go)

    def _agree(self) -> None:
        png = self.pad.png()
        self.accept()
        self._done(png)
