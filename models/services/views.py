"""What the services hand to the screens and to paper: plain frozen values, numbers masked unless revealed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Literal

from models.eligibility import Case, Determination, Explanation, Prompts, Question, Service
from models.records.roles import CLASSES, ROLES
from models.services.referral_views import ReferralView


@dataclass(frozen=True)
class Changed:
    """What a verb changed, so that every open page can decide whether to refresh."""

    entities: frozenset[str]  # resident, household, visit, fact, referral, draft, ...
    rows: frozenset[str]  # identities of the rows, and of the residents and households they belong to
    id: str = ""  # the record that the verb made, if it made one
    ids: tuple[str, ...] = ()  # where it made several of a kind: residents of a household, in the order of the entry
    operations: tuple[str, ...] = ()  # what Casebook.undo() takes back


@dataclass(frozen=True)
class Office:
    """The office that keeps this casebook."""

    code: str  # community (12 digits) or street (9 digits)
    name: str  # as printed on letters
    letter_mark: str  # the word in letter numbers, for example 劝业
    phone: str = ""
    keyed_by: Literal["district", "street"] = "district"  # chosen once, before the first record: keys never change

    @property
    def district(self) -> str:
        """The six-digit district that the office lies in."""
        return self.code[:6]

    @property
    def home(self) -> str:
        """What the keys of the records made here begin with: the district, or the street where so chosen."""
        return self.code[:9] if self.keyed_by == "street" else self.district


@dataclass(frozen=True)
class Worker:
    """Who is signed in."""

    name: str
    phone: str = ""
    account: str = ""  # id in the key store; "" where nobody signs in (a command beside a server)
    roles: tuple[str, ...] = tuple(ROLES)  # all: who founds a casebook runs it alone
    classes: frozenset[str] = frozenset(CLASSES)  # of sensitive knowledge, that may be seen
    scope: tuple[str, ...] = ()  # codes of communities whose people may be seen; (): everything


@dataclass(frozen=True)
class ResidentRow:
    """A resident in a list: what tells people apart at a glance."""

    id: str
    name: str
    sex: str  # code
    birth_date: date | None
    age: int | None
    address: str
    phone_tail: str
    number_tail: str
    last_visit: date | None = None
    flags: tuple[str, ...] = ()  # new_resident, waits (not yet exported), duplicate, deceased, frozen


@dataclass(frozen=True)
class DocumentView:
    """An identity document, masked."""

    id: str
    kind: str
    masked: str
    valid_until: date | None
    seen: bool


@dataclass(frozen=True)
class PhoneView:
    """A phone number, masked."""

    id: str
    masked: str
    whose: str


@dataclass(frozen=True)
class FactView:
    """The statement of a fact that counts now."""

    id: str
    name: str
    value: Any  # bool, number, text or ISO date
    state: str  # known, not_known, refused, expired
    as_of: date | None
    good_until: date | None
    source: str
    document_seen: str
    worker: str


@dataclass(frozen=True)
class MembershipView:
    """A resident in a household."""

    id: str
    household_id: str
    household_kind: str
    resident: ResidentRow
    relation: str  # code
    counts: bool
    since: date | None
    until: date | None
    standing: str = ""  # empty: of the household; lodger, boarder, carer, guest: lives there and does not belong
    ended: str = ""  # why it ended: key of the code list household_event


@dataclass(frozen=True)
class ResidentView:
    """One resident, for the person page."""

    row: ResidentRow
    former_name: str
    birth_source: str
    ethnic_group: str
    education: str
    marital_status: str
    hukou_place: str
    provisional_number: str
    note: str
    registered_on: date | None
    documents: tuple[DocumentView, ...]
    phones: tuple[PhoneView, ...]
    facts: tuple[FactView, ...]
    memberships: tuple[MembershipView, ...]  # this resident's own, past ones too
    new_resident: bool | None  # 新市民 by the definition of 000_*.txt; None where facts are missing
    tasks: Mapping[str, str]  # register, visit, assess, eligibility, referral -> not_started, in_progress, done
    died_on: date | None = None
    withheld: frozenset[str] = frozenset()  # classes (models.records.roles.CLASSES) that who looks does not see here


@dataclass(frozen=True)
class HouseholdView:
    """One household, for the household page."""

    id: str
    kind: str
    dwelling_id: str
    community_code: str
    address: str
    book_number: str
    since: date | None
    until: date | None
    note: str
    members: tuple[MembershipView, ...]  # present ones, head first
    former: tuple[MembershipView, ...]
    facts: tuple[FactView, ...]
    other_households: tuple[tuple[str, str], ...]  # (id, kind) of the other households at this dwelling
    form: str = ""  # family (empty too), shared, dormitory, institution: only families have a head
    mourned: tuple[MembershipView, ...] = ()  # of the former members who died lately: the family may ask for services
    withheld: frozenset[str] = frozenset()  # classes that who looks does not see here


@dataclass(frozen=True)
class NeedView:
    """A need found on a visit."""

    id: str
    visit_id: str
    resident_id: str
    group: str
    urgency: str
    note: str
    status: str
    found_on: date | None


@dataclass(frozen=True)
class VisitView:
    """One visit."""

    id: str
    household_id: str
    outcome: str
    happened_on: date | None
    met: tuple[str, ...]  # names
    met_other: str
    purpose: str
    notes: str
    needs: tuple[NeedView, ...]
    next_visit: date | None
    next_reason: str
    worker: str


@dataclass(frozen=True)
class AssessmentView:
    """One assessment of a resident."""

    id: str
    resident_id: str
    instrument: str
    version: str
    assessed_on: date | None
    answers: Mapping[str, Any]
    score: int
    level: str
    note: str
    worker: str


@dataclass(frozen=True)
class TimelineLine:
    """Something that happened with a resident or household, newest first."""

    on: date | None
    at: int  # milliseconds
    kind: str  # registered, changed, visit, assessment, determination, referral, letter, fact
    subject_id: str  # the visit, assessment, referral ... that the line opens
    text: str  # a sentence in the language now shown
    worker: str


@dataclass(frozen=True)
class Likeness:
    """A resident on the register who may be the person being registered."""

    row: ResidentRow
    reasons: tuple[str, ...]  # sentences that speak for it, the strongest first
    certain: bool  # an equal document number, or so much else that nobody would doubt it
    level: str = "likely"  # certain, likely or possible
    bits: float = 0.0  # the weight of all that was observed (models.services.likeness_weights)
    doubts: tuple[str, ...] = ()  # sentences that speak against it
    same_number: bool = False


@dataclass(frozen=True)
class ServiceResult:
    """What one service says of one person (or of the household), ready to be shown.

    Few fields, since some hundred are made for a household; names and groups are read off the service when shown.
    """

    service: Service = field(repr=False, compare=False)  # the determination carries its id and the hash of its pack
    determination: Determination
    explain: Callable[[], Explanation] = field(repr=False, compare=False)
    follows: tuple["ServiceResult", ...] = ()  # what could be applied for if this were granted; a what-if, no result
    after: tuple[str, ...] = ()  # of one that follows: ids of the services that must be granted first

    @property
    def service_id(self) -> str:
        """Of the service."""
        return self.determination.service_id

    @property
    def component(self) -> str:
        """Name of the part of the service; empty where it has no parts."""
        return self.determination.component or ""

    @property
    def component_en(self) -> str:
        """English name of the part; empty where there is none."""
        part = self.service.component(self.component) if self.component else None
        return part.name_en if part else ""

    @property
    def resident_id(self) -> str:
        """Whom it is about; empty: the household."""
        return self.determination.person_id or ""

    @property
    def name(self) -> str:
        """The printed name of the service."""
        return self.service.name

    @property
    def name_en(self) -> str:
        """The English name of the service."""
        return self.service.name_en

    @property
    def group(self) -> str:
        """The group of services that it belongs to."""
        return self.service.group

    @cached_property
    def explanation(self) -> Explanation:
        """The verdict in words, in the language of the check; put together when it is first looked at."""
        return self.explain()


@dataclass(frozen=True)
class LeftOut:
    """Somebody of a household whose record is only kept, so that no check uses it."""

    resident_id: str
    name: str
    since: date | None  # None where no operation tells


@dataclass(frozen=True)
class HouseholdCheck:
    """The eligibility of a whole household on a day."""

    household_id: str
    on: date
    case: Case
    results: tuple[ServiceResult, ...]  # eligible first, then those that lack facts, then office ones, then not
    questions: tuple[Question, ...]  # the next best single facts
    milliseconds: float
    prompts: Prompts | None = None  # the next best as they are put
    likelihood: Mapping[tuple[str, str | None, str | None], float] = field(default_factory=dict)
    """Of open results by (service, component, person), from 0 to 1; an estimate that orders what is shown."""
    left_out: tuple[LeftOut, ...] = ()  # members without whom it is decided


@dataclass(frozen=True)
class DraftView:
    """A form that was begun and not yet saved."""

    id: str
    form: str
    form_version: str
    subject_id: str
    title: str
    body: Mapping[str, Any]
    at: int


@dataclass(frozen=True)
class PlannedView:
    """A visit that the office planned: to whom, by when, why, and who is to go."""

    id: str
    household_id: str
    resident_id: str  # empty: the whole household
    resident_name: str
    due: date
    source: str  # screening, calendar, rule, hand
    service_id: str
    service: str  # its printed name; empty where it is about none
    service_en: str
    reason: str
    assignee: str  # empty: whoever comes by
    status: str  # open, done, dropped
    visit_id: str  # the visit that kept it
    worker: str  # who planned it
    address: str = ""
    names: tuple[str, ...] = ()  # of the household


@dataclass(frozen=True)
class DueVisit:
    """A household that is to be visited: promised at the door, planned by the office, or both."""

    household_id: str
    address: str
    names: tuple[str, ...]
    due: date  # the earliest of the promise and the plans
    reason: str  # of the promise, and of each plan
    promised: date | None = None
    promise: str = ""  # the reason given with the promise
    plans: tuple[PlannedView, ...] = ()


@dataclass(frozen=True)
class Today:
    """The today page."""

    on: date
    due: tuple[DueVisit, ...]
    drafts: tuple[DraftView, ...]
    waiting_changes: int
    last_export_at: int  # 0: never
    expiring: tuple[tuple[str, str, str, date], ...]  # (resident id, name, fact or document, day)
    residents: int
    households: int
    visits_this_month: int
    open_needs: tuple[NeedView, ...] = ()
    workers: tuple[str, ...] = ()  # who may go on a planned visit: who is signed in, and who has any
    sent_back: tuple[ReferralView, ...] = ()  # letters that who is signed in has written and is to write anew
    to_sign: tuple[ReferralView, ...] = ()  # letters of others that wait for a second signature
    to_chase: tuple[ReferralView, ...] = ()  # of which an outcome should be known by now
    conflicts: int = 0  # fields that two people changed without seeing each other's change


@dataclass(frozen=True)
class SyncStatus:
    """What waits, what went, what came back."""

    device: str
    office_known: bool
    office_name: str
    waiting: int
    exported_through: int
    acknowledged_through: int
    last_export_at: int
    last_receipt_at: int
    batches: tuple["BatchView", ...] = ()


@dataclass(frozen=True)
class BatchView:
    """A batch file written or read here."""

    id: str
    direction: str
    file_name: str
    peer: str
    count: int
    status: str
    at: int


@dataclass(frozen=True)
class BatchPreview:
    """What a batch would do, before it is applied."""

    id: str
    sender: str
    made_at: int
    operations: int
    new: int
    already_here: int
    residents: int
    households: int
    visits: int
    conflicts: int
    missing_before: int  # operations of the sender that should have come before these
    lines: tuple[str, ...] = field(default=())  # the same as sentences


@dataclass(frozen=True)
class ChangePreview:
    """What a change of a household would do, before it is made."""

    lines: tuple[str, ...]  # sentences in the language now shown: who leaves, who is head then, which household closes
    problems: tuple[tuple[str, str], ...]  # (field of the entry, sentence): it cannot be made so
    doubts: tuple[str, ...] = ()  # sentences: it can be made, and is unusual


@dataclass(frozen=True)
class EventView:
    """One change of a household that was made."""

    id: str
    kind: str  # code list household_event
    happened_on: date | None
    text: str  # the sentence in the language now shown
    household_id: str
    other_household_id: str
    resident_id: str
    people: tuple[str, ...]  # resident ids
    note: str
    undone: bool
    may_undo: bool  # nothing has been built on it, as far as is known without trying
    worker: str
    at: int
