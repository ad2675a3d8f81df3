"""What the register itself says in the words of the rules: roles, and facts that are columns of a resident.

One place for the check at the door and for the screening of everybody, so that they cannot differ.
"""

from datetime import date

from models.records.documents import read_disability_certificate

PERMIT = "residence_permit"  # the kind of document, and the fact that it tells
DECEASED = "deceased"
TOLD_BY_REGISTER = frozenset(
    (
        *("birth_date", "marital_status", "ethnic_minority"),
        *("disability_cert", "disability_category", "disability_grade", PERMIT, DECEASED),
    )
)
"""The facts that the register itself may say."""

RECEIVES = "receives:"  # prefix of the facts that say which services a resident already receives
_MARRIED = {"10": "未婚", "20": "已婚", "21": "已婚", "22": "已婚", "23": "已婚", "30": "丧偶", "40": "离异"}
_BY_SEX = {"0": ("male_head", "female_head"), "1": ("husband", "wife"), "5": ("father", "mother")}
_ROLES = {"2": "son", "3": "daughter"}


def role(relation: str, sex: str) -> str:
    """The relation to the head (GB/T 4761) in the words of the rules."""
    if relation in _BY_SEX:
        return _BY_SEX[relation][sex == "2"]
    return _ROLES.get(relation, "other")


def told_by_register(birth_date: date | None, marital_status: str, ethnic_group: str) -> dict[str, object]:
    """Facts that the columns of a resident tell: birth date, marital status, ethnic group."""
    said: dict[str, object] = {}
    if birth_date is not None:
        said["birth_date"] = birth_date.isoformat()
    if marital_status in _MARRIED:
        said["marital_status"] = _MARRIED[marital_status]
    if ethnic_group and ethnic_group < "97":
        said["ethnic_minority"] = ethnic_group != "01"
    return said


def told_by_certificate(number: str) -> dict[str, object]:
    """Facts that the number of a disability certificate tells; {} where it tells none."""
    read = read_disability_certificate(number)
    if read is None:
        return {}
    return {"disability_cert": True, "disability_category": read.category, "disability_grade": read.grade}


def told_by_permit(valid_until: date | None, on: date) -> dict[str, object]:
    """Facts that a residence permit (居住证) among somebody's documents tells on a day; {} where it tells none.

    Up to the last day printed on it there is a valid permit. One that has passed tells nothing, nor does one of which
    nobody wrote down until when it is valid: a permit must be endorsed every year, so it is asked for.
    """
    return {PERMIT: True} if valid_until is not None and valid_until >= on else {}


def told_by_death(died_on: date | None, on: date) -> dict[str, object]:
    """Facts that the day of somebody's death tells on a day; {} before it, and of everybody else."""
    return {DECEASED: True} if died_on is not None and died_on <= on else {}
