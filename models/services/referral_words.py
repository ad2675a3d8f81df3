"""The steps of a referral as sentences, in the language now shown."""

from collections.abc import Sequence

from models.clock import day_text
from models.records import codes
from models.records.referral import OutcomeEntry
from models.services.referral_views import MatterView, ReferralView, StepView
from models.texts import _, language


def step_sentence(view: ReferralView, step: StepView) -> str:
    """What happened, with the reason, the papers, the outcomes and the day that was promised."""
    said = _WORDS.get(step.step, _plain)(view, step)
    more = []
    if step.papers:
        more.append(_("wanted: {papers}").format(papers=_(", ").join(step.papers)))
    more += [outcome_words(outcome, view.things) for outcome in step.outcomes]
    if step.reason:
        more.append(step.reason)
    if step.next_on is not None and step.step != "extended":
        more.append(_("to be asked about on {day}").format(day=day_text(step.next_on)))
    how = [codes.label("referral_channel", step.channel)] if step.channel and step.channel != "other" else []
    if step.said_by:
        how.append(step.said_by)
    sentence = _("{words}: {more}").format(words=said, more=_("; ").join(more)) if more else said
    return _("{sentence} ({how})").format(sentence=sentence, how=_(", ").join(how)) if how else sentence


def outcome_words(outcome: OutcomeEntry, things: Sequence[MatterView]) -> str:
    """What came of one matter."""
    same = [m.name for m in things if (m.service_id, m.component) == (outcome.service_id, outcome.component)]
    parts = [codes.label("referral_result", outcome.result)]
    if outcome.since is not None:
        parts.append(_("from {day}").format(day=day_text(outcome.since)))
    parts += [part for part in (outcome.amount, outcome.note) if part]
    words = _(", ").join(parts)
    return _("{name}: {words}").format(name=same[0], words=words) if same else words


def _plain(view: ReferralView, step: StepView) -> str:
    return _("Letter {number}: {step}").format(number=view.title, step=codes.label("referral_step", step.step))


def _written(view: ReferralView, _step: StepView) -> str:
    return _("Letter to {office} handed in for a signature").format(office=view.receiver)


def _returned(view: ReferralView, _step: StepView) -> str:
    return _("Letter to {office} sent back to be written anew").format(office=view.receiver)


def _issued(view: ReferralView, _step: StepView) -> str:
    names = "、".join(view.matters) if language() == "zh_CN" else ", ".join(view.matters)
    return _("Letter {number} to {office} issued, for {services}").format(
        number=view.number, office=view.receiver, services=names
    )


def _corrected(view: ReferralView, _step: StepView) -> str:
    return _("Letter {number} corrected").format(number=view.number)


def _handed_over(view: ReferralView, _step: StepView) -> str:
    return _("Letter {number} handed to the resident").format(number=view.number)


def _received(view: ReferralView, _step: StepView) -> str:
    return _("{office} has received letter {number}").format(office=view.receiver, number=view.number)


def _papers_asked(view: ReferralView, _step: StepView) -> str:
    return _("{office} asks for more papers for letter {number}").format(office=view.receiver, number=view.number)


def _accepted(view: ReferralView, _step: StepView) -> str:
    return _("{office} has accepted letter {number}").format(office=view.receiver, number=view.number)


def _refused(view: ReferralView, _step: StepView) -> str:
    return _("{office} has refused letter {number}").format(office=view.receiver, number=view.number)


def _done(view: ReferralView, _step: StepView) -> str:
    return _("{office} has settled letter {number}").format(office=view.receiver, number=view.number)


def _withdrawn(view: ReferralView, _step: StepView) -> str:
    return _("Letter {number} withdrawn").format(number=view.title)


def _expired(view: ReferralView, _step: StepView) -> str:
    return _("Letter {number} ran out and was closed").format(number=view.number)


def _asked(view: ReferralView, _step: StepView) -> str:
    return _("{office} was asked how letter {number} stands").format(office=view.receiver, number=view.number)


def _extended(view: ReferralView, step: StepView) -> str:
    return _("Letter {number} has time until {day}").format(number=view.number, day=day_text(step.next_on))


_WORDS = {
    "written": _written,
    "returned": _returned,
    "issued": _issued,
    "corrected": _corrected,
    "handed_over": _handed_over,
    "received": _received,
    "papers_asked": _papers_asked,
    "accepted": _accepted,
    "refused": _refused,
    "done": _done,
    "withdrawn": _withdrawn,
    "expired": _expired,
    "asked": _asked,
    "extended": _extended,
}
