"""Eligibility: facts and policy packs in, determinations with reasons out. Pure: knows no SQL and no screen.

The packs are data in resources/policies; see policies.py for their files and schema.py for their shape.
"""

from models.eligibility.answers import answer_cases, read_case
from models.eligibility.case import HOUSEHOLD, Case, Person, Used, checked_value
from models.eligibility.deciding import decide, decide_all
from models.eligibility.determination import AgencyPart, Amount, Determination, Missing
from models.eligibility.explanation import Explanation, explain
from models.eligibility.loader import load_policies
from models.eligibility.policies import Citation, Component, PackError, Policies, Service
from models.eligibility.prompts import Answer, Item, Prompt, Prompts, Question, answers_of, single_prompt
from models.eligibility.questions import Screened, next_prompts, next_questions, screen
from models.eligibility.running import CaseResult, run_cases
from models.eligibility.schema import FactDefinition

__all__ = [
    "HOUSEHOLD",
    "AgencyPart",
    "Amount",
    "Answer",
    "Case",
    "CaseResult",
    "Citation",
    "Component",
    "Determination",
    "Explanation",
    "FactDefinition",
    "Item",
    "Missing",
    "PackError",
    "Person",
    "Policies",
    "Prompt",
    "Prompts",
    "Question",
    "Screened",
    "Service",
    "Used",
    "answer_cases",
    "answers_of",
    "checked_value",
    "decide",
    "decide_all",
    "explain",
    "load_policies",
    "next_prompts",
    "next_questions",
    "read_case",
    "run_cases",
    "screen",
    "single_prompt",
]
