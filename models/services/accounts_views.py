"""What the service of accounts shows, and what it refuses."""

from dataclasses import dataclass, field

from models.errors import Problem
from models.records.roles import CLASSES
from models.texts import _


class LastKeeper(Problem):
    """Nobody would be left who may keep the accounts."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "Somebody must remain who may keep the accounts: a supervisor or an administrator. Nothing was changed. "
            "Give somebody else that role first."
        )


class NameTaken(Problem):
    """Two accounts would have one name. Facts: name."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "There is an account named “{name}” already, and at sign-in nobody could tell the two apart. Nothing was "
            "changed. Add something to the name."
        ).format(**self.facts)


class AccountGone(Problem):
    """The account is not in the key file (any more), or the verb is not for its kind."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("This account is not on this computer any more. Nothing was changed. Look at the list again.")


class NoName(Problem):
    """A name is empty or too long. Facts: most."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("An account needs a name of at most {most} characters. Nothing was changed.").format(**self.facts)


class NoRole(Problem):
    """Somebody was to have no role at all."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("An account needs one role at least. Nothing was changed. Tick what this person does.")


@dataclass(frozen=True)
class AccountRow:
    """An account as the list shows it."""

    id: str
    name: str
    kind: str  # person, recovery (a printed code) or escrow (an office that holds a key in trust)
    roles: tuple[str, ...] = ()
    phone: str = ""
    classes: frozenset[str] = frozenset(CLASSES)
    scope: tuple[str, ...] = ()  # community codes; (): everything
    here: bool = True  # signs in on this computer; False: at another desk of the office
    own: bool = False  # who is signed in
    public: str = field(default="", repr=False)  # of an escrow: whose key it is


class OwnAccount(Problem):
    """Somebody was about to remove the account she is signed in with."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("Nobody removes her own account. Nothing was changed. Somebody else who keeps the accounts can do it.")


class KeyChangeWaits(Problem):
    """A new data key was promised, and the file is not under it yet: accounts stay as they are until it is."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "The keys of this casebook are being changed. Your records are safe. Sign out and in again; where the disk "
            "is full, free some space first."
        )


@dataclass(frozen=True)
class EscrowOffice:
    """A trusted office that the key of this casebook can be entrusted to."""

    public: str = field(repr=False)  # its age key
    name: str
    fingerprint: str
    above: bool  # the office above this one, which is suggested
    holds: bool  # it holds the key already
