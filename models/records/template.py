"""Templates of papers: texts, logo, margins, paper and order of blocks, as an office edits them."""

from typing import Any

from pydantic import Field

from models.records.base import Entry, Kept, flag_field, json_field, moment_field, number_field, text_field
from models.records.layout import Layout

PROGRAM = "program"
"""In place of the id of a template: the layout that the program brings."""

NAME_LENGTH = 40


class PaperTemplate(Kept, table=True):
    """One version of one template. A version is never changed once a paper was made with it; a change is a new row."""

    __tablename__ = "paper_template"

    paper: str = text_field(index=True)  # which paper: letter, notice, visit ...
    family: str = text_field(index=True)  # the id of its first version
    version: int = number_field(1)
    name: str = text_field()
    body: dict[str, Any] = json_field()  # models.records.layout.Layout
    in_use: bool = flag_field()  # offered for new papers; of a family one version at most
    worker: str = text_field()
    at: int = moment_field()


class TemplateEntry(Entry):
    """A template as somebody wrote it. Its layout's version is given when it is kept."""

    paper: str = "letter"
    name: str = Field(min_length=1, max_length=NAME_LENGTH)
    layout: Layout = Layout()
