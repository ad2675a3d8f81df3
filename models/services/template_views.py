"""What the verbs about templates of papers take and give: templates as they are listed, problems beside their fields,
and what models cannot know of paper and is asked of the window.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from models.errors import Problem
from models.records.layout import Layout
from models.texts import _

Fit = Literal["", "pages", "outside", "overlap", "number", "drawing"]
"""How the longest paper falls: "" well; on too many pages; over the edge of the sheet; one text upon another; it would
show a whole identity number; it cannot be drawn at all."""


@dataclass(frozen=True)
class Desk:
    """What only the window can say, which knows how papers are set."""

    words: Mapping[str, str]  # the program's own words that an office may change, by "zh.title"
    missing: Callable[[str], Sequence[str]]  # the characters of a text that no typeface has
    fits: Callable[[Layout], Fit]  # how a sample of the longest letter, or other paper, falls
    paper: str = "letter"  # of which kind: a key of models.records.layout.SETUPS


@dataclass(frozen=True)
class FieldProblem:
    """Something that keeps a template from being used, and where: name, margins, margins.left, logo, heading, blocks,
    texts.zh.title, sample.
    """

    field: str
    words: str  # for the worker, in the language now shown


class TemplateUnfit(Problem):
    """A template was not kept. `problems` has one or more, in the order of the fields."""

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        super().__init__(fields=tuple(problem.field for problem in problems))
        self.problems = tuple(problems)

    def sentence(self) -> str:
        """Tell the worker the first one."""
        words = self.problems[0].words if self.problems else ""
        return _("The template was not saved. {problem}").format(problem=words)


class BadTemplateFile(Problem):
    """A file was not taken in as a template. Facts: reason, one of the keys below; problem, in words, with "unfit"."""

    def sentence(self) -> str:
        """Tell the worker."""
        reasons = {
            "size": _("The file is too large for a template. Nothing was taken in."),
            "kind": _("This is not a template that was written out by this program. Nothing was taken in."),
            "newer": _("The template was written out by a newer version of this program. Nothing was taken in."),
            "paper": _("The template is for a paper that this program does not print. Nothing was taken in."),
            "damaged": _(
                "The file is damaged or was changed by hand in a way that cannot be read. Nothing was taken in."
            ),
            "unfit": _("The template in the file cannot be used: {problem} Nothing was taken in."),
        }
        reason = str(self.facts.get("reason"))
        return reasons.get(reason, reasons["damaged"]).format(problem=self.facts.get("problem", ""))


@dataclass(frozen=True)
class TemplateView:
    """One version of a template."""

    id: str
    paper: str
    family: str
    version: int
    name: str
    layout: Layout = field(repr=False)
    in_use: bool
    worker: str
    at: int  # milliseconds: when this version was made
    letters: int = 0  # how many letters were issued with this very version


@dataclass(frozen=True)
class FamilyView:
    """A template with all its versions."""

    versions: tuple[TemplateView, ...]  # the newest first

    @property
    def newest(self) -> TemplateView:
        """The version that was made last."""
        return self.versions[0]

    @property
    def in_use(self) -> TemplateView | None:
        """The version that new papers take, where the template is in use."""
        return next((version for version in self.versions if version.in_use), None)
