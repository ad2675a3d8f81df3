"""What pages are handed of questionnaires and of what was answered in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from models.records.questionnaire import IN_USE
from models.texts import language

_CODES = {"zh_CN": ("zh", "cn", "chi"), "en": ("en", "eng")}
_WORDS = {"zh_CN": ("中文", "汉语", "简体", "chinese"), "en": ("english", "英文", "英语")}


def in_language(said: Mapping[str, Any]) -> str:
    """Of texts by language, as authors name languages ("中文 (zh)"), the one for the language now shown, or any."""
    shown = language()
    for name, words in said.items():
        low = name.casefold()
        code = low.rpartition("(")[2].rstrip(") ").replace("_", "-").partition("-")[0] if "(" in low else low
        if code in _CODES[shown] or any(word in low for word in _WORDS[shown]):
            return str(words)
    return str(said.get("") or next(iter(said.values()), ""))


@dataclass(frozen=True)
class QuestionnaireView:
    """One version of a questionnaire."""

    id: str
    form_id: str
    version: str
    titles: Mapping[str, str]
    subject: str  # resident or household
    source_name: str
    source_sha256: str
    status: str  # in_use, withdrawn
    worker: str
    at: int  # milliseconds: when it was put in use
    answers: int  # how many were filled in with this version
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)  # the compiled form; {} in lists

    @property
    def title(self) -> str:
        """The title in the language now shown."""
        return in_language(self.titles) or self.form_id

    @property
    def in_use(self) -> bool:
        """Whether it is offered."""
        return self.status == IN_USE


@dataclass(frozen=True)
class AnswerView:
    """One filled-in questionnaire."""

    id: str
    questionnaire_id: str
    form_id: str
    version: str
    titles: Mapping[str, str]
    household_id: str
    resident_id: str  # empty: of the household
    visit_id: str
    answered_on: date | None
    answers: Mapping[str, Any] = field(repr=False)
    score: str
    level: str
    level_words: Mapping[str, str]
    pictures: tuple[str, ...]
    worker: str
    at: int

    @property
    def title(self) -> str:
        """The questionnaire's title in the language now shown."""
        return in_language(self.titles) or self.form_id

    @property
    def level_label(self) -> str:
        """What the level is called in the language now shown."""
        return in_language(self.level_words) or self.level
