"""run check CASES ANSWERS: answer a file of eligibility cases; JSON in, JSON out, no window and no records."""

import json
import sys
from pathlib import Path

from models.eligibility import answer_cases, load_policies


def main(arguments: list[str]) -> int:
    """Answer a file of cases; 2 and one sentence where the file cannot be read, is no cases, or cannot be written."""
    cases, answers = (Path(argument) for argument in arguments)
    try:
        asked = json.loads(cases.read_text("utf-8"))
        told = answer_cases(asked, load_policies())
    except OSError as trouble:
        return _refused(f"{cases.name} could not be read: {trouble.strerror}")
    except ValueError as trouble:  # no JSON, no UTF-8, no date
        return _refused(f"{cases.name} is no file of cases: {trouble}")
    except (KeyError, TypeError, AttributeError) as trouble:
        return _refused(f"{cases.name} is no file of cases: {type(trouble).__name__} {trouble}")
    try:
        answers.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    except OSError as trouble:
        return _refused(f"{answers.name} could not be written: {trouble.strerror}")
    return 0


def _refused(sentence: str) -> int:
    sys.stderr.write(f"check: {sentence}. No answers were written.\n")
    return 2
