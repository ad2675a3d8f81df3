"""Questionnaires that offices write as XLSForm workbooks: read, checked, filled in, scored. No screen, no records.

The library that reads workbooks and the one that evaluates their expressions are loaded with the first workbook or
the first filled-in form, never at the start.

Reading a workbook (.xlsx, .xls, .csv or a markdown table of the same sheets)::

    from forms.xlsform import reading
    read = reading.read_workbook(data, "needs.xlsx", files={"streets.csv": b"..."})   # never raises
    read.compiled   # Compiled, or None where a problem keeps it from being used
    read.problems   # tuple[Problem, ...]: sheet, row, column, sentence (what is wrong), remedy (what to do)
    read.warnings   # tuple[Problem, ...]: it works, but differs from what other tools do

`Problem.place` is "survey 12 relevant" in the language shown; sentence and remedy are in the language shown when read.

A compiled questionnaire (what is stored as questionnaire.body, version by version)::

    compiled.id, compiled.version, compiled.subject     # subject: "resident" or "household"
    compiled.titles                                     # {language: title}; compiled.title in the language shown
    compiled.body                                       # plain JSON; Compiled.from_body(body) opens it again
    compiled.languages, compiled.number_of_questions, compiled.has_pictures, compiled.has_score

The languages of a form are as its author wrote them, "中文 (zh)" or "English (en)"; texts come in the language of the
interface where the form has it, else in its default language.

Filling one in::

    from forms.xlsform.session import Session
    from forms.xlsform.states import Context
    session = Session(compiled, answers, Context(now=..., worker="", device="", properties={}))
    session.screens()            # tuple[Screen, ...]: one per topic that is asked now, with its items in order
    session.items()              # tuple[Item, ...]: all in one, for the desk
    session.state(path)          # State: how one question stands now, see forms.xlsform.states
    session.set(path, typed)     # -> frozenset[str] of the paths whose State may differ now (path itself included)
    session.see(path, True)      # the document that proves the answer (State.paper) was shown; a text: which one
    session.add_repeat(path)     # path of the repeat without a place: "/data/people" -> "/data/people[3]"
    session.remove_repeat(path)  # "/data/people[2]"; the places of those behind it move up
    session.check()              # tuple[FieldProblem, ...]: field = path, sentence; in the order of the form
    session.answers()            # plain JSON of everything typed (what drafts and answers keep), opened again as above
    session.result()             # Result: answers (of asked questions only), score, level, facts, needs, pictures

A path names one answer: "/data/people[2]/name". A repeat's rounds are counted from 1. `Item.kind` is one of group
(a heading), repeat (a heading with `Item.can_add`), round (one of its rounds, with `Item.can_remove`), question.
The kind of a question (`State.kind`) says how it is drawn and what `typed` is, as in forms.shape where it is the same:

    text, long_text, number, whole, date, time, datetime   text as typed ("" for none); dates in the four forms
    choice             the name of the choice ("" for none)
    choices, rank      a list of names, in order
    acknowledge        "OK" or ""
    picture            the id of a picture of the store ("" for none); State.picture is photo, drawing or signature
    note               nothing is answered: State.label is the text
    calculated         nothing is answered: State.value is the value (shown where it has a label)
    skipped            place, sound, film, file: kept as a text, and a warning said so when the workbook was read

不清楚 and 不愿回答 (`State.unknowns` is not empty) are typed as "not_known" and "refused" for every kind, and
conditions can ask for them: ${income} = 'refused'. Nothing typed is ever cleared: a question that is not asked keeps
its answer for the eyes, but it is as if empty for every expression, and it is no part of the result.

A question for the existing answer fields: `forms.xlsform.face.question_of(state)` gives a forms.shape.Question (None
for notes, calculations, pictures, ranks: a page draws those itself). A whole forms.definitions.Form cannot be had:
labels, choices and limits depend on the answers here, and a Form's do not.

Shipped questionnaires: `forms.xlsform.shipped.names()`, `shipped.load(name)` -> Compiled (resources/questionnaires).
A questionnaire as a workbook to begin from: `reports.questionnaire_workbook.write_workbook(compiled.sheets)` -> bytes.
A robot that fills in a form by itself: `forms.xlsform.walking.walk(compiled)` -> Walk (questions, reached, answered,
rounds, calculated, stuck, unreached).

Columns of our own (other tools ignore them), prefix "jinmen::": fact (name of a fact of the policy vocabulary that
the answer states), fact_value ("a=true b=false" or "yes=true"; empty: the answer itself), paper (the document that
proves it), why (why it is asked), sensitive (yes), needs ("job=work checkup=health": groups of the service list).
Settings of our own: jinmen_subject (resident, household), jinmen_score and jinmen_level (names of calculations),
jinmen_unknowns (yes: every question offers 不清楚 and 不愿回答; a question alone: appearance `unknowns`).
"""
