"""What the packs service hands to the screens: kept sets, a set before it is installed, and a decision made again."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from models.eligibility import Determination, Policies
from models.eligibility.checking import Counts
from models.eligibility.differing import SetDiff
from models.eligibility.packfile import PackHeader
from models.eligibility.problems import PackProblem
from models.errors import Problem
from models.texts import _, ngettext

Trust = Literal["own", "office", "trusted", "device", "unknown"]


class PackUnsound(Problem):
    """A set with problems was to be installed. Facts: n."""

    def sentence(self) -> str:
        """Tell the worker."""
        n = int(str(self.facts.get("n", 1)))
        text = ngettext(
            "There is {n} problem in these rules, so they were not installed. The rules in use stay as they are. "
            "Send the list of problems to the office that made the file.",
            "There are {n} problems in these rules, so they were not installed. The rules in use stay as they are. "
            "Send the list of problems to the office that made the file.",
            n,
        )
        return text.format(n=n)


class SignerUnknown(Problem):
    """A set of a signer whom nobody here has trusted yet was to be installed. Facts: fingerprint."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "These rules are signed by somebody whom this casebook does not know ({fingerprint}). Nothing was changed. "
            "Compare these numbers with the office by telephone, then say that you trust the signer."
        ).format(**self.facts)


class SetMissing(Problem):
    """A set that is not kept in this casebook was asked for."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("These rules are not kept in this casebook. The rules in use stay as they are.")


@dataclass(frozen=True)
class Signer:
    """Who signed a set. trust: own (this casebook), an office whose card was taken in, a signer trusted before, a
    device of a partner, or nobody known."""

    key: str
    name: str
    fingerprint: str
    trust: Trust

    @property
    def trusted(self) -> bool:
        """Whether a set of theirs may be installed without asking."""
        return self.trust in ("own", "office", "trusted")


@dataclass(frozen=True)
class PolicySetView:
    """A set that can decide: one that was installed, one that decided before, or the one shipped with the program."""

    hash: str
    title: str
    issuer: str
    signer_name: str
    fingerprint: str
    shipped: bool  # with the program that runs now
    in_force: bool
    services: int
    packs: tuple[str, ...]
    verified_on: date | None  # None: this program cannot read it
    at: int  # when it came here, milliseconds; 0: with the program
    worker: str


@dataclass(frozen=True)
class PackState:
    """Which set decides now, and what a worker should know about it."""

    hash: str
    installed: bool
    passed_over: PolicySetView | None
    unreadable: PolicySetView | None

    def sentence(self) -> str:
        """What should be known; "" where there is nothing to say."""
        if self.passed_over is not None:
            return _(
                "The rules that came with the program were checked later than “{title}”, which was installed here, "
                "so they decide now. “{title}” is kept; look what differs, and go back to it if it is still needed."
            ).format(title=self.passed_over.title)
        if self.unreadable is not None:
            return _(
                "This program cannot read “{title}”, which was installed here, so the rules that came with the program "
                "decide now. Ask the office for a newer file."
            ).format(title=self.unreadable.title)
        return ""


@dataclass(frozen=True)
class PackPreview:
    """A set before it is installed. policies: None where problems forbid its use."""

    header: PackHeader
    signer: Signer
    policies: Policies | None = field(repr=False)
    problems: tuple[PackProblem, ...]
    counts: Counts | None
    cases_failed: int
    diff: SetDiff  # towards the set in force, told in the language shown when the preview was made
    in_force: bool  # the very set that decides already
    older: bool  # checked against the texts earlier than the set in force
    data: bytes = field(repr=False)

    @property
    def valid(self) -> bool:
        """Whether it can be installed."""
        return self.policies is not None


@dataclass(frozen=True)
class Replay:
    """A kept determination made again with the kept set and the kept facts.

    again: None where the set is not kept here or cannot be read. differences: fields that came out otherwise.
    """

    determination_id: str
    identical: bool
    set_hash: str
    set_title: str
    kept: Determination
    again: Determination | None
    differences: tuple[str, ...] = ()

    def sentence(self) -> str:
        """The result in words."""
        if self.identical:
            return _("Decided again with the rules and facts of {day}: the same in every letter.").format(
                day=self.kept.on.isoformat()
            )
        if self.again is None:
            return _("The rules by which this was decided are not kept here, so it cannot be decided again.")
        return _("Decided again with the rules and facts of {day}, this differs: {fields}.").format(
            day=self.kept.on.isoformat(), fields=", ".join(self.differences)
        )
