"""Templates of papers: texts, logo, margins, paper and order of blocks, as an office edits them."""

from typing import Any

from models.records.base import Kept, flag_field, json_field, moment_field, number_field, text_field


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
