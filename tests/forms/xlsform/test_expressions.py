"""Expressions: what each function of the standard gives, and how dates, blanks and numbers compare."""

from datetime import datetime

import pytest

from forms.xlsform import expressions, functions, values
from forms.xlsform.reading import read_workbook
from forms.xlsform.session import Session
from forms.xlsform.states import Context
from tests.forms.xlsform.books import survey

MOMENT = datetime(2026, 3, 10, 9, 30)  # noqa: DTZ001  # on this desk's clock
FORM = survey(
    """
    type | name | label | calculation
    integer | a | A |
    text | b | B |
    select_multiple l | m | M |
    date | d | D |
    begin_repeat | r | R |
    integer | x | X |
    end_repeat | | |
    calculate | out | | {expression}
    """,
    "list_name | name | label\nl | one | One\nl | two | Two\nl | three | Three",
    "form_id | version\nf | 1",
)


def value(expression: str) -> str:
    """What an expression gives with a=7, b=Tianjin, m=one two, d=2026-03-01, and rounds with x=4, x= and x=10."""
    read = read_workbook(FORM.decode().replace("{expression}", expression.replace("|", r"\|")).encode(), "f.md")
    assert read.compiled, read.problems
    session = Session(read.compiled, None, Context(now=MOMENT, device="d-1"))
    session.set("/data/a", "7")
    session.set("/data/b", "Tianjin")
    session.set("/data/m", ["one", "two"])
    session.set("/data/d", "2026-3-1")
    session.add_repeat("/data/r")
    session.add_repeat("/data/r")
    session.set("/data/r[1]/x", "4")
    session.set("/data/r[3]/x", "10")
    return session.state("/data/out").value


@pytest.mark.parametrize(
    ("expression", "gives"),
    [
        ("selected(${m}, 'two')", "true"),
        ("selected(${m}, 'three')", "false"),
        ("selected-at(${m}, 1)", "two"),
        ("selected-at(${m}, 9)", ""),
        ("count-selected(${m})", "2"),
        ("jr:choice-name(selected-at(${m}, 0), '${m}')", "One"),
        ("count(${r})", "3"),
        ("count(${r}[x > 3])", "2"),
        ("count-non-empty(${x})", "2"),
        ("sum(${x})", "14"),
        ("max(${x})", "10"),
        ("min(${x}, 3)", "3"),
        ("max(${x}, ${a}, 99)", "99"),
        ("indexed-repeat(${x}, ${r}, 3)", "10"),
        ("indexed-repeat(${x}, ${r}, 9)", ""),
        ("${r}[position() = 3]/x", "10"),
        ("if(${a} > 5, 'more', 'less')", "more"),
        ("coalesce('', ${b})", "Tianjin"),
        ("concat(${b}, '-', ${a})", "Tianjin-7"),
        ("join(', ', ${x})", "4, , 10"),
        ("regex(${b}, '[A-Z][a-z]+')", "true"),
        ("regex(${b}, '[a-z]+')", "false"),
        ("int(7.9)", "7"),
        ("int(-7.9)", "-7"),
        ("round(2.5)", "3"),
        ("round(-2.5)", "-2"),
        ("round(2.675, 2)", "2.68"),
        ("round(1234, -2)", "1200"),
        ("pow(2, 10)", "1024"),
        ("number('12.50')", "12.5"),
        ("number('twelve')", ""),
        ("1 div 3 > 0.33", "true"),
        ("7 mod 4", "3"),
        ("-7 mod 4", "-3"),
        ("string-length(${b})", "7"),
        ("substr(${b}, 0, 4)", "Tian"),
        ("substr(${b}, -3)", "jin"),
        ("contains(${b}, 'anj')", "true"),
        ("starts-with(${b}, 'Ti')", "true"),
        ("ends-with(${b}, 'jin')", "true"),
        ("translate(${b}, 'ijn', 'I')", "TIaI"),
        ("normalize-space('  a  b ')", "a b"),
        ("substring-before('a=b', '=')", "a"),
        ("substring-after('a=b', '=')", "b"),
        ("today()", "2026-03-10"),
        ("today() - ${d}", "9"),
        ("date(today() + 22)", "2026-04-01"),
        ("${d} < today()", "true"),
        ("${d} = '2026-03-01'", "true"),
        ("date('2026-02-30')", ""),
        ("format-date(${d}, '%Y/%n/%e %a %b')", "2026/3/1 Sun Mar"),
        ("format-date-time('2026-03-01T15:04:05', '%H:%M:%S %h')", "15:04:05 3"),
        ("decimal-date-time('1970-01-02')", "1"),
        ("decimal-time('18:00:00')", "0.75"),
        ("boolean-from-string('1')", "true"),
        ("boolean-from-string('no')", "false"),
        ("not(${a} = 7)", "false"),
        ("true() and false()", "false"),
        ("checklist(1, 2, ${a} = 7, ${a} = 8)", "true"),
        ("weighted-checklist(5, -1, 'yes', 4, 'no', 4)", "false"),
        ("weighted-checklist(5, -1, 'yes', 4, 'yes', 1)", "true"),
        ("digest('abc', 'SHA-256', 'hex')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("base64-decode('5rSl')", "津"),
        ("property('deviceid')", "d-1"),
        ("version()", "1"),
        ("once(3)", "3"),
        ("string-length(uuid())", "36"),
        ("random() < 1", "true"),
        ("instance('l')/root/item[name = 'two']/label", "Two"),
        ("count(instance('l')/root/item)", "3"),
        ("difference-in-months('2026-01-31', ${d})", "1"),
        ("difference-in-years('2000-03-02', ${d})", "25"),
        ("format-date(add-date(${d}, 0, 1), '%Y-%m-%d')", "2026-04-01"),
        ("${a} = 7 or ${nothing_here}", None),
        ("${b} > 3", "false"),
        ("abs(-3) + sqrt(16) + floor(1.9) + ceiling(1.1)", "10"),
    ],
)
def test_each_function_gives_what_the_standard_says(expression: str, gives: str | None) -> None:
    if gives is None:
        read = read_workbook(FORM.decode().replace("{expression}", expression).encode(), "f.md")
        assert read.problems[0].kind == "unknown_reference"
        return
    assert value(expression) == gives


@pytest.mark.parametrize(
    ("seed", "order"),
    [(42.0, "AFCBDE"), (-42.0, "EDAFBC"), (1.0, "BFEACD"), (1.1, "BFEACD"), (11111111.0, "ACDBFE"), (0.0, "CBEAFD")],
)
def test_the_order_drawn_with_a_seed_is_that_of_other_tools(seed: float, order: str) -> None:
    assert "".join(functions.shuffled("ABCDEF", seed)) == order


@pytest.mark.parametrize(
    ("expression", "column"), [("a = = b", 5), ("selected(., 'x'", 13), ("a b", 3), ("1 +", 3), ("'open", 1)]
)
def test_a_wrong_expression_says_at_which_letter(expression: str, column: int) -> None:
    with pytest.raises(expressions.BadExpression) as bad:
        expressions.parse(expression)
    assert bad.value.column == column


def test_an_unknown_function_is_named() -> None:
    with pytest.raises(expressions.BadExpression) as bad:
        expressions.parse("today() - agee(.)")
    assert bad.value.function == "agee"


def test_a_thousand_brackets_are_a_wrong_expression_and_no_crash() -> None:
    with pytest.raises(expressions.BadExpression):
        expressions.parse("(" * 1000 + "1" + ")" * 1000)


def test_references_tell_the_own_round_from_others() -> None:
    at = ("data", "people", "age")
    assert expressions.references("../name", at) == {(("data", "people", "name"), 2)}
    assert expressions.references("/data/people/name", at) == {(("data", "people", "name"), 0)}
    assert expressions.references("instance('l')/root/item[name = current()/../name]", at) == {
        (("data", "people", "name"), 2)
    }


def test_the_librarys_own_functions_stay_what_they_were() -> None:
    from elementpath.xpath1 import XPath1Parser

    assert "selected" not in XPath1Parser.symbol_table
    assert XPath1Parser().parse("1 + 1").evaluate() == 2


@pytest.mark.parametrize(
    ("number", "text"), [(3.0, "3"), (0.1, "0.1"), (-2.50, "-2.5"), (1e-7, "0.0000001"), (float("nan"), "NaN")]
)
def test_numbers_are_written_without_exponents(number: float, text: str) -> None:
    assert values.number_text(number) == text


def test_moments_of_other_zones_are_counted_in_this_devices_clock() -> None:
    here = values.moment("2026-03-10T09:30:00Z")
    there = values.moment("2026-03-10T17:30:00.000+08:00")
    assert here == there
    assert values.moment("2026-13-10") is None
