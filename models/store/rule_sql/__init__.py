"""The condition trees of the packs as SQL: one SELECT a rule over the kept tables, on SQLite and on PostgreSQL.

A second implementation of the scalar kernel (models.eligibility), for lists of one rule on the screen and as the oracle
of the tests. NULL is "unknown"; where NULL logic alone would keep too much open, conditions.py takes the facts that a
rule reads again through all that they can be.

What it cannot do, and says so by CannotCompile: a rule in which somebody's relatives and the person (or two groups of
relatives) share open facts; relatives of relatives; a condition on relatives that reads the household; a fact of a
person that lets something be known of the household; more than 256 combinations of what is read again. On SQLite a
threshold with more than six decimals is refused (ValueError). No rule of the packs is of that kind. A date that is
written in another way than 1960, 1960-05, 1960-05-20 or 19600520 counts as not told.
"""

from models.store.rule_sql.lists import RuleRow, count_rule, list_rule, rule_select
from models.store.rule_sql.possible import CannotCompile

__all__ = ["CannotCompile", "RuleRow", "count_rule", "list_rule", "rule_select"]
