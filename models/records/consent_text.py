"""The texts that people are shown before they agree: data in resources/consent, with what each class of data covers."""

import hashlib
import tomllib
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field

from models import texts


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Said(_Shape):
    """One text in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def told(self, language: str) -> str:
        """The text in a language, zh_CN or en."""
        return self.zh if language == "zh_CN" else self.en

    @property
    def shown(self) -> str:
        """The text in the language now shown."""
        return self.told(texts.language())


class Purpose(_Shape):
    """What the data are used for."""

    code: str
    label: Said


class DataClass(_Shape):
    """A kind of data that is agreed to by itself."""

    code: str
    sensitive: bool
    label: Said
    why: Said
    whys: tuple[str, ...] = ()  # groups of the fact dictionary
    documents: tuple[str, ...] = ()  # kinds of identity documents that tell such data by themselves
    pictures: bool = False


class ConsentText(_Shape):
    """One version of a text."""

    id: str
    version: str
    title: Said
    paragraphs: tuple[Said, ...]
    purposes: tuple[Purpose, ...]
    classes: tuple[DataClass, ...]

    def data_class(self, code: str) -> DataClass:
        """One class; KeyError where the text knows none of this code."""
        return {each.code: each for each in self.classes}[code]

    def told(self, language: str, office: str, phone: str) -> tuple[str, ...]:
        """What is read out or shown, line by line: title, paragraphs, purposes, classes."""
        filled = [line.told(language).format(office=office, phone=phone or "-") for line in self.paragraphs]
        purposes = [purpose.label.told(language) for purpose in self.purposes]
        classes = [f"{each.label.told(language)} {each.why.told(language)}" for each in self.classes]
        return (self.title.told(language), *filled, *purposes, *classes)


def sha256_of(lines: tuple[str, ...]) -> str:
    """The hash of a text as it was shown: SHA-256 over its lines, hex."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@cache
def load(text_id: str = "resident", version: str | None = None) -> ConsentText:
    """A text, the present or an earlier version. LookupError where there is none."""
    folder = files("resources") / "consent"
    present = folder / f"{text_id}.toml"
    if not text_id.isidentifier() or not present.is_file():
        raise LookupError(text_id)
    text = ConsentText.model_validate(tomllib.loads(present.read_text("utf-8")))
    if version is None or version == text.version:
        return text
    earlier = folder / "earlier" / f"{text_id}-{version}.toml"
    if not version.isalnum() or not earlier.is_file():
        raise LookupError(f"{text_id} {version}")
    return ConsentText.model_validate(tomllib.loads(earlier.read_text("utf-8")))
