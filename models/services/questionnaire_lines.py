"""Filled-in questionnaires as sentences of a timeline."""

from sqlalchemy import ColumnElement, Connection, or_, select

from models.clock import local_time
from models.services.questionnaire_views import in_language
from models.services.views import TimelineLine
from models.store.rows import KEPT
from models.texts import _

_QUESTIONNAIRE, _ANSWER = KEPT["questionnaire"], KEPT["questionnaire_answer"]


def questionnaire_lines(connection: Connection, households: list[str], resident_id: str = "") -> list[TimelineLine]:
    """Of households with their members' own, or of one resident and what was asked about the whole households."""
    about: ColumnElement[bool] = _ANSWER.c.household_id.in_(households)
    if resident_id:
        about = or_(_ANSWER.c.resident_id == resident_id, about & (_ANSWER.c.resident_id == ""))
    query = (
        select(_ANSWER, _QUESTIONNAIRE.c.title)
        .outerjoin(_QUESTIONNAIRE, _QUESTIONNAIRE.c.id == _ANSWER.c.questionnaire_id)
        .where(about, _ANSWER.c.dead.is_(False))
    )
    lines = []
    for row in connection.execute(query):
        text = _("Questionnaire “{title}”").format(title=in_language(row.title or {}) or row.form_id)
        level = in_language(row.level_words) or row.level
        if level:
            text = _("{first}: {second}").format(first=text, second=level)
        if row.score:
            text += _(" ({score} points)").format(score=row.score)
        day = row.answered_on or local_time(row.at).date()
        lines.append(TimelineLine(day, row.at, "questionnaire", row.id, text, row.worker))
    return lines
