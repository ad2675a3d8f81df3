"""The questionnaires that come with the program: written as any office would write them, read by the same compiler."""

from functools import cache
from importlib.resources import files

from forms.xlsform.compiled import Compiled
from forms.xlsform.reading import read_workbook
from forms.xlsform.workbook import Workbook, open_workbook


@cache
def names() -> tuple[str, ...]:
    """The names of the shipped questionnaires, which are their form ids."""
    folder = files("resources") / "questionnaires"
    return tuple(sorted(path.name.removesuffix(".md") for path in folder.iterdir() if path.name.endswith(".md")))


def source(name: str) -> bytes:
    """The markdown tables of a shipped questionnaire. LookupError where there is none."""
    if name not in names():
        raise LookupError(name)
    return (files("resources") / "questionnaires" / f"{name}.md").read_bytes()


@cache
def load(name: str) -> Compiled:
    """A shipped questionnaire. LookupError where there is none."""
    compiled = read_workbook(source(name), f"{name}.md").compiled
    if compiled is None:
        raise LookupError(f"the shipped questionnaire {name} does not open")
    return compiled


def sheets(name: str) -> Workbook:
    """The sheets of a shipped questionnaire, for the workbook that an office begins its own from. LookupError."""
    return open_workbook(source(name), f"{name}.md")
