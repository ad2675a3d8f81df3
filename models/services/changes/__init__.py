"""Guided changes of households: birth, death, moving, splitting, joining, marriage; each one verb, dated, undoable."""

from models.services.changes.refusing import BuiltUpon, ChangeRefused
from models.services.changes.verbs import Changes

__all__ = ["BuiltUpon", "ChangeRefused", "Changes"]
