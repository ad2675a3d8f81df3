"""A template as a file that one office hands to another: JSON that can be read, the logo inside it."""

import base64
import binascii
import json
from typing import Any

from pydantic import ValidationError

from models import imaging
from models.records.layout import SETUPS, Layout
from models.records.template import TemplateEntry
from models.services.template_checking import problems_of, tidy
from models.services.template_views import BadTemplateFile, Desk

KIND, FORMAT = "jinmen-template", 1
MAX_FILE_BYTES = 2**20


def to_file(paper: str, name: str, layout: Layout) -> bytes:
    """The bytes of the file; the same template gives the same bytes."""
    plain = layout.model_dump(mode="json", exclude={"version"})
    told = {"kind": KIND, "format": FORMAT, "paper": paper, "name": name, "layout": plain}
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


def paper_of(data: bytes) -> str:
    """For which kind of paper a file is. Raises BadTemplateFile."""
    return str(_told(data)["paper"])


def _told(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_FILE_BYTES:
        raise BadTemplateFile(reason="size")
    try:
        told: Any = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as trouble:
        raise BadTemplateFile(reason="kind") from trouble
    if not isinstance(told, dict) or told.get("kind") != KIND:
        raise BadTemplateFile(reason="kind")
    if not isinstance(told.get("format"), int) or told["format"] > FORMAT:
        raise BadTemplateFile(reason="newer")
    if not isinstance(told.get("paper"), str) or told["paper"] not in SETUPS:
        raise BadTemplateFile(reason="paper")
    return told


def from_file(data: bytes, desk: Desk) -> TemplateEntry:
    """The template of a file, checked as one that is typed; its logo is drawn anew. Raises BadTemplateFile, also for a
    file of another kind of paper than the desk's.
    """
    told = _told(data)
    if told["paper"] != desk.paper:
        raise BadTemplateFile(reason="paper")
    try:
        entry = TemplateEntry(
            paper=told["paper"], name=str(told.get("name", "")), layout=Layout.model_validate(told["layout"])
        )
        layout = tidy(entry.layout, desk.words, desk.paper)
        if layout.logo:
            png = imaging.logo(base64.b64decode(layout.logo, validate=True))
            layout = layout.model_copy(update={"logo": base64.b64encode(png).decode()})
    except (KeyError, ValidationError, binascii.Error, ValueError, imaging.BadLogo) as trouble:
        raise BadTemplateFile(reason="damaged") from trouble
    if found := problems_of(entry.name, layout, desk):
        raise BadTemplateFile(reason="unfit", problem=found[0].words)
    return entry.model_copy(update={"layout": layout})
