"""What the rules rest on: every service of the texts is there, every word cited stands where it is said to stand."""

from collections import Counter

from models.eligibility.nodes import Defined, Node

from .support import DATA, policies

LEAVES = {"text": 418, "interpreted": 35, "outside": 4}
"""How many leaves of the rules stand in the texts, were read into them, or come from elsewhere: shown, and watched."""


def leaves_below(node: Node) -> list[Node]:
    found = [leaf for child in node.children() for leaf in leaves_below(child)]
    return found or [node]


def test_every_name_of_the_reference_is_a_service_or_a_row_of_one():
    names = {service.id: service.name for service in policies().services.values()}
    for service in policies().services.values():
        names |= {part.row: part.name or service.name for part in service.components if part.row}
    lines = (DATA / "services.tsv").read_text(encoding="utf-8").splitlines()[1:]
    wanted = {row[0]: (row[2], row[3]) for row in (line.split("\t") for line in lines)}
    assert len(wanted) == 154
    of_one_service = {"001-A1", "001-A2"}  # two groups of people under one name
    assert {identity for identity in wanted if identity not in names} == set()
    differ = {identity for identity, (name, _) in wanted.items() if names[identity] != name}
    assert differ == of_one_service
    assert {wanted[identity][0] for identity in of_one_service} == {policies().services["001-A"].name}
    files = {pack.file for pack in policies().packs.values()}
    assert {file for _, file in wanted.values()} <= files


def test_every_service_cites_its_own_text_on_a_line_that_holds_the_words():
    lines = {file: text.split("\n") for file, text in policies().texts.items()}
    checked = 0
    for service in policies().services.values():
        for part in service.components:
            for rule in part.rules:
                for citation in rule.citations:
                    near = "\n".join(lines[citation.file][citation.line - 1 : citation.line + 8])
                    assert citation.quote in near, (service.id, citation)
                    assert citation.file == service.pack.file or citation.quote not in (service.for_whom, "")
                    checked += 1
    assert checked > 250


def test_how_much_was_read_into_the_texts_is_pinned():
    counted: Counter[str] = Counter()
    for service in policies().services.values():
        for part in service.components:
            for rule in part.rules:
                if rule.node is not None:
                    counted.update(leaf.condition.status for leaf in leaves_below(rule.node))
    assert counted == LEAVES


def test_what_comes_from_elsewhere_is_said_with_a_reason():
    for term in policies().terms.values():
        assert term.reading
        assert term.status == "text" or term.reading != term.zh
    for service in policies().services.values():
        for part in service.components:
            for rule in part.rules:
                for node in [] if rule.node is None else leaves_below(rule.node):
                    if node.condition.status == "outside" and not isinstance(node, Defined):
                        assert node.condition.note or node.condition.source or service.remarks
