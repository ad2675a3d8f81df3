"""The sentence that whoever may not do something is told."""

from models.errors import Problem
from models.records.roles import ACTION_NAMES, ACTIONS, CLASSES, ROLES, SUPERVISOR
from models.texts import _


class NotAllowed(Problem):
    """Somebody may not do this. Facts: action, a key of ACTIONS; or scope=True: it is about somebody elsewhere; or
    kind, a key of CLASSES: it is about what the account does not see; verb: which one, where it is not the one called.
    """

    noted = False  # whether the audit was told

    def sentence(self) -> str:
        """Tell the worker what is not theirs, and whom to ask."""
        if self.facts.get("scope"):
            return _(
                "This is about somebody who does not live in the communities that are in your care. Nothing was "
                "changed. Ask your supervisor if it should be yours."
            )
        if self.facts.get("kind"):
            return _(
                "This touches what your account does not see: {kind}. Nothing was changed. Ask somebody who sees it, "
                "or ask your supervisor."
            ).format(kind=_(CLASSES[str(self.facts["kind"])]))
        return _("{reason} Nothing was changed.").format(reason=why_not(str(self.facts.get("action", ""))))


def why_not(action: str) -> str:
    """Why who is signed in may not do an action, in a sentence or two: what it is, who may, whom to ask."""
    those = ACTIONS.get(action, frozenset({SUPERVISOR}))
    what = _(ACTION_NAMES[action]) if action in ACTION_NAMES else _("This step")
    return _("“{what}” is not among the tasks of your account. Ask one of these: {roles}.").format(
        what=what, roles=_(", ").join(_(name) for role, name in ROLES.items() if role in those)
    )
