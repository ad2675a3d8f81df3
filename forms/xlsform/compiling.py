"""From the XForm that the converting library writes to the body that is stored (compiled.py).

The XForm is the standard's own form of a questionnaire: aliases of columns, shorthands and references are settled in
it, which is why it and not the sheets is read here. The sheets give what the XForm has no place for: our own columns.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

from forms.xlsform.compiled import FORMAT
from forms.xlsform.headings import give_back_quotes

XFORMS = "{http://www.w3.org/2002/xforms}"
XHTML = "{http://www.w3.org/1999/xhtml}"
ROSA = "{http://openrosa.org/javarosa}"
ODK = "{http://www.opendatakit.org/xforms}"
_CONTROLS = ("input", "select1", "select", "range", "upload", "trigger", "rank", "secret")
_TABLE_ROWS_MOST = 50_000
_INDEXED = re.compile(r"indexed-repeat\s*\(")
_STRINGS = re.compile(r"'[^']*'|\"[^\"]*\"")

Element = ElementTree.Element


class CannotCompile(Exception):  # noqa: N818  # not an error of the program: an XForm that means nothing here
    """The XForm cannot be used; `kind` and `facts` lead to the problem, `path` to the question."""

    def __init__(self, kind: str, path: str = "", **facts: object) -> None:
        super().__init__(kind)
        self.kind = kind
        self.path = path
        self.facts = facts


def compile_xform(xform: str, external_choices: str = "", files: Mapping[str, bytes] | None = None) -> dict[str, Any]:
    """The body of a questionnaire, without what only the sheets say. Raises CannotCompile."""
    root = ElementTree.fromstring(give_back_quotes(xform))  # noqa: S314  # written by the library a moment ago
    return _Compiler(root, give_back_quotes(external_choices), files or {}).body()


def _tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _children(element: Element, tag: str) -> Iterator[Element]:
    return (child for child in element if _tag(child) == tag)


def _child(element: Element, tag: str) -> Element | None:
    return next(_children(element, tag), None)


class _Compiler:
    """One XForm under reading."""

    def __init__(self, root: Element, external_choices: str, files: Mapping[str, bytes]) -> None:
        head, body = _child(root, "head"), _child(root, "body")
        model = _child(head, "model") if head is not None else None
        if head is None or body is None or model is None:
            raise CannotCompile("not_understood")
        self._head, self._body, self._model = head, body, model
        self._files = files
        self._external = external_choices
        self._texts: dict[str, dict[str, dict[str, Any]]] = {}
        self._lists: dict[str, dict[str, Any]] = {}
        self._nodes: dict[str, dict[str, Any]] = {}
        self._repeats: set[str] = set()
        self._actions: list[dict[str, Any]] = []

    def body(self) -> dict[str, Any]:
        """Everything, in order."""
        instances = list(_children(self._model, "instance"))
        primary = next(iter(instances[0])) if instances and len(instances[0]) else None
        if primary is None:
            raise CannotCompile("not_understood")
        self._root = _tag(primary)
        self._repeats = {str(one.get("nodeset", "")).strip() for one in self._body.iter() if _tag(one) == "repeat"}
        languages, default = self._translations()
        for instance in instances[1:]:
            self._list(instance)
        if self._external:
            self._external_lists()
        self._instance(primary, f"/{self._root}")
        for bind in _children(self._model, "bind"):
            self._bind(bind)
        self._controls(self._body)
        for element in self._model.iter():
            if _tag(element) == "setvalue":
                self._action(element, "")
        for node in self._nodes.values():
            _settle_kind(node)
        title = _child(self._head, "title")
        return {
            "format": FORMAT,
            "id": str(primary.get("id") or self._root),
            "version": str(primary.get("version") or ""),
            "root": self._root,
            "subject": "resident",
            "unknowns": False,
            "score": "",
            "level": "",
            "titles": {"": "".join(title.itertext()) if title is not None else ""},
            "languages": languages,
            "default_language": default,
            "texts": self._texts,
            "lists": self._lists,
            "nodes": list(self._nodes.values()),
            "actions": self._actions,
        }

    # The texts.

    def _translations(self) -> tuple[list[str], str]:
        languages: list[str] = []
        default = ""
        itext = _child(self._model, "itext")
        for translation in itext if itext is not None else ():
            language = str(translation.get("lang") or "")
            language = "" if language == "default" else language
            languages += [language] if language else []
            if not default and (translation.get("default") or language):
                default = language
            if translation.get("default"):
                default = language
            for text in _children(translation, "text"):
                forms: dict[str, Any] = {}
                for value in _children(text, "value"):
                    form = str(value.get("form") or "text")
                    said = self._parts(value, str(text.get("id")).partition(":")[0])
                    if said and said != "-":  # a dash stands where the author gave no translation
                        forms[form] = _media_name(said) if form not in ("text", "guidance", "short") else said
                if forms:
                    self._texts.setdefault(str(text.get("id")), {})[language] = forms
        return languages, default

    def _parts(self, element: Element, path: str) -> Any:
        """A text with its outputs: a plain text, or a list of texts and [expression]."""
        parts: list[Any] = [element.text or ""]
        for child in element:
            if _tag(child) == "output":
                said = str(child.get("value") or child.get("ref") or "")
                parts.append([self._in_place(said, path) if path.startswith("/") else said.strip()])
            else:
                parts.append("".join(child.itertext()))
            parts.append(child.tail or "")
        if all(isinstance(part, str) for part in parts):
            return "".join(parts).strip()
        kept = [part for part in parts if part != ""]
        if isinstance(kept[0], str):
            kept[0] = kept[0].lstrip()
        if isinstance(kept[-1], str):
            kept[-1] = kept[-1].rstrip()
        return [part for part in kept if part != ""]

    def _text_of(self, element: Element | None, path: str, what: str) -> str:
        """The id of a label's or hint's text; plain ones get an id of their own."""
        if element is None:
            return ""
        reference = re.fullmatch(r"\s*jr:itext\('(.*)'\)\s*", str(element.get("ref") or ""))
        if reference:
            return reference.group(1)
        said = self._parts(element, path)
        if not said:
            return ""
        text_id = f"#{path}:{what}"
        self._texts[text_id] = {"": {"text": said}}
        return text_id

    # The lists of choices and the attached tables.

    def _list(self, instance: Element) -> None:
        list_id = str(instance.get("id"))
        source = str(instance.get("src") or "")
        if source:
            if "last-saved" in source:
                self._lists[list_id] = {"items": []}
            else:
                self._lists[list_id] = {"items": self._table(source.rpartition("/")[2], source)}
            return
        items: list[dict[str, Any]] = []
        for item in instance.iter():
            if _tag(item) != "item":
                continue
            row: dict[str, Any] = {}
            for cell in item:
                said = self._parts(cell, "")
                row[_tag(cell)] = said if isinstance(said, str) else "".join(p for p in said if isinstance(p, str))
                if not isinstance(said, str):
                    self._texts[f"#{list_id}-{len(items)}"] = {"": {"text": said}}
                    row["itextId"] = f"#{list_id}-{len(items)}"
            items.append(row)
        self._lists[list_id] = {"items": items}

    def _table(self, name: str, source: str) -> list[dict[str, Any]]:
        """The rows of a table that came along with the workbook."""
        data = self._files.get(name) or self._files.get(name.casefold())
        if data is None:
            raise CannotCompile("no_file", said=name)
        try:
            if name.casefold().endswith(".geojson"):
                features = json.loads(data)["features"]
                return [
                    {str(k): str(v) for k, v in {"id": one.get("id", ""), **one.get("properties", {})}.items()}
                    for one in features[:_TABLE_ROWS_MOST]
                ]
            if name.casefold().endswith(".xml") or ("file-csv" not in source and data.lstrip()[:1] == b"<"):
                if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
                    raise CannotCompile("external_entities")
                root = ElementTree.fromstring(data)  # noqa: S314  # without entities, as was just seen
                return [
                    {_tag(cell): (cell.text or "") for cell in item} for item in root.iter() if _tag(item) == "item"
                ][:_TABLE_ROWS_MOST]
            text = data.decode("utf-8-sig") if data[:3] == b"\xef\xbb\xbf" else _decoded(data)
            reader = csv.DictReader(io.StringIO(text, newline=""))
            rows = []
            for row in reader:
                rows.append(
                    {_xml_name(k): str(v or "").strip() for k, v in row.items() if k and not isinstance(v, list)}
                )
                if len(rows) >= _TABLE_ROWS_MOST:
                    break
        except CannotCompile:
            raise
        except (ValueError, KeyError, TypeError, AttributeError, csv.Error, ElementTree.ParseError):
            raise CannotCompile("bad_file", said=name, wanted="name, label") from None
        if not rows:
            raise CannotCompile("bad_file", said=name, wanted="name, label")
        return rows

    def _external_lists(self) -> None:
        for row in csv.DictReader(io.StringIO(self._external, newline="")):
            list_id = str(row.get("list_name") or row.get("list name") or "")
            cells = {_xml_name(k): str(v or "") for k, v in row.items() if k and k not in ("list_name", "list name")}
            self._lists.setdefault(list_id, {"items": []})["items"].append(cells)

    # What is asked.

    def _instance(self, element: Element, path: str) -> None:
        for child in element:
            below = f"{path}/{_tag(child)}"
            if below in self._nodes:
                continue  # the template of a repeat came first; its first round says the same
            node: dict[str, Any] = {"path": below}
            if below in self._repeats:
                node["kind"] = "repeat"
            elif len(child):
                node["kind"] = "group"
            elif child.text and child.text.strip():
                node["default"] = child.text.strip()
            self._nodes[below] = node
            self._instance(child, below)

    def _node(self, path: str) -> dict[str, Any] | None:
        return self._nodes.get(path.strip())

    def _bind(self, bind: Element) -> None:
        path = str(bind.get("nodeset", "")).strip()
        node = self._node(path)
        if node is None:
            return
        node["type"] = str(bind.get("type") or "string").rpartition(":")[2]
        for attribute in ("relevant", "constraint", "calculate", "required", "readonly"):
            said = str(bind.get(attribute) or "").strip()
            if said and not (said == "false()" and attribute in ("required", "readonly")):
                node[attribute] = self._in_place(said, path)
        for attribute, name in (("constraintMsg", "constraint_message"), ("requiredMsg", "required_message")):
            said = str(bind.get(f"{ROSA}{attribute}") or "").strip()
            if said:
                reference = re.fullmatch(r"jr:itext\('(.*)'\)", said)
                if reference:
                    node[name] = reference.group(1)
                else:
                    node[name] = f"#{path}:{name}"
                    self._texts[node[name]] = {"": {"text": said}}
        preload = bind.get(f"{ROSA}preload")
        if preload:
            node["preload"] = [str(preload), str(bind.get(f"{ROSA}preloadParams") or "")]

    def _controls(self, element: Element) -> None:
        for child in element:
            tag = _tag(child)
            path = str(child.get("ref") or child.get("nodeset") or "").strip()
            node = self._node(path)
            if tag == "setvalue":
                self._action(child, str(element.get("ref") or element.get("nodeset") or "").strip())
            elif tag == "group":
                if node is not None and path not in self._repeats:
                    node["kind"] = "group"
                if node is not None:
                    node["label"] = self._text_of(_child(child, "label"), path, "label")
                    if hint := self._text_of(_child(child, "hint"), path, "hint"):
                        node["hint"] = hint
                    if child.get("appearance"):
                        node["appearance"] = str(child.get("appearance"))
                self._controls(child)
            elif tag == "repeat":
                if node is not None:
                    node["kind"] = "repeat"
                    if child.get("appearance"):
                        node["appearance"] = str(child.get("appearance"))
                    if count := str(child.get(f"{ROSA}count") or "").strip():
                        node["count"] = self._in_place(count, path)
                    if child.get(f"{ROSA}noAddRemove") == "true()":
                        node["fixed"] = True
                self._controls(child)
            elif tag in _CONTROLS and node is not None:
                self._control(child, tag, path, node)
                self._controls(child)

    def _control(self, control: Element, tag: str, path: str, node: dict[str, Any]) -> None:
        node["control"] = tag
        if control.get("mediatype"):
            node["media"] = str(control.get("mediatype"))
        if control.get("appearance"):
            node["appearance"] = self._appearance(str(control.get("appearance")))
        for part in ("label", "hint"):
            if text_id := self._text_of(_child(control, part), path, part):
                node[part] = text_id
        for attribute, name in (("start", "least"), ("end", "most"), ("step", "step")):
            if tag == "range" and control.get(attribute):
                node[name] = str(control.get(attribute))
        itemset = _child(control, "itemset")
        if itemset is not None:
            value, label = _child(itemset, "value"), _child(itemset, "label")
            said = str(label.get("ref") or "label").strip() if label is not None else "label"
            itext = re.fullmatch(r"jr:itext\((.*)\)", said)
            node["choices"] = {
                "nodeset": self._in_place(str(itemset.get("nodeset")), path),
                "value": str(value.get("ref") or "name").strip() if value is not None else "name",
                "label": itext.group(1).strip() if itext else said,
                "itext": bool(itext),
            }
        elif control.get("query"):
            nodeset = self._in_place(str(control.get("query")), path)
            node["choices"] = {"nodeset": nodeset, "value": "name", "label": "label", "itext": False}
            node["control"] = "select1"
        else:
            items = [
                {
                    "name": "".join(value.itertext()).strip() if (value := _child(item, "value")) is not None else "",
                    "itextId": self._text_of(_child(item, "label"), f"{path}-{place}", "item"),
                }
                for place, item in enumerate(_children(control, "item"))
            ]
            if items:
                self._lists[f"#{path}"] = {"items": items}
                node["choices"] = {
                    "nodeset": f"instance('#{path}')/root/item", "value": "name", "label": "itextId", "itext": True,
                }  # fmt: skip

    def _appearance(self, said: str) -> str:
        return " ".join(said.split())

    def _action(self, element: Element, source: str) -> None:
        target = str(element.get("ref") or "").strip()
        if self._node(target) is None:
            return
        said = str(element.get("value") or "").strip()
        value = self._in_place(said, target) if said else repr("".join(element.itertext()).strip())
        if not said and "'" in "".join(element.itertext()):
            value = f'"{"".join(element.itertext()).strip()}"'
        for event in str(element.get("event") or "").split():
            self._actions.append({"event": event, "source": source, "target": target, "value": value})

    def _in_place(self, said: str, path: str) -> str:
        """An expression as it is meant where it stands.

        Within a round of a repeat, a path from the root means the answer of the same round (ODK XForms, "contextual
        references"); XPath alone would take the first round's.
        """
        said = " ".join(said.split()) if "'" not in said and '"' not in said else said.strip()
        repeats = [repeat for repeat in self._repeats if path == repeat or path.startswith(repeat + "/")]
        if not repeats or f"/{self._root}/" not in said:
            return said
        closed = [found.span() for found in _STRINGS.finditer(said)] + _spans(said)
        depth = path.count("/")

        def put(found: re.Match[str]) -> str:
            if any(start <= found.start() < end for start, end in closed):
                return found.group()
            meant = found.group()
            shared = [repeat for repeat in repeats if meant.startswith(repeat + "/")]
            if not shared or said[found.end() :].lstrip().startswith("["):
                return meant
            repeat = max(shared, key=len)
            return "current()/" + "../" * (depth - repeat.count("/")) + meant[len(repeat) + 1 :]

        return re.sub(rf"(?<![\w\])./*])/{re.escape(self._root)}(?:/[\w.\-·]+)+", put, said)


def _spans(said: str) -> list[tuple[int, int]]:
    """Where the arguments of indexed-repeat() stand: their paths mean all rounds."""
    spans = []
    for found in _INDEXED.finditer(said):
        depth = 1
        for place in range(found.end(), len(said)):
            depth += (said[place] == "(") - (said[place] == ")")
            if not depth:
                break
        spans.append((found.end(), place + 1 if found.end() < len(said) else found.end()))
    return spans


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def _xml_name(heading: str) -> str:
    return re.sub(r"[^\w.-]", "_", heading.strip().lstrip("\ufeff"))


def _media_name(said: Any) -> Any:
    return said.rpartition("/")[2] if isinstance(said, str) else said


_PICTURES = {"signature": "signature", "draw": "drawing", "annotate": "drawing"}
_BY_TYPE = {"int": "whole", "decimal": "number", "date": "date", "time": "time", "dateTime": "datetime"}
_PLACES = frozenset({"geopoint", "geotrace", "geoshape", "barcode", "binary"})


def _settle_kind(node: dict[str, Any]) -> None:
    """How a question is drawn."""
    if node.get("kind") in ("group", "repeat"):
        return
    control, kind = node.get("control", ""), node.get("type", "string")
    if node.get("relevant") == "false()":
        node["hidden"] = True  # never asked: it is there for the labels of its choices
    appearance = node.get("appearance", "").split()
    if not control:
        node["kind"], node["hidden"] = "calculated", True
    elif control in ("select1", "select", "rank"):
        node["kind"] = {"select1": "choice", "select": "choices", "rank": "rank"}[control]
        if "label" in appearance:
            node["hidden"], node["kind"] = True, "calculated"  # the headings of a table of choices, drawn by each row
    elif control == "trigger":
        node["kind"] = "acknowledge"
    elif control == "upload":
        node["kind"] = "picture" if node.get("media", "").startswith("image") else "skipped"
        if node["kind"] == "picture":
            node["picture"] = next((_PICTURES[word] for word in appearance if word in _PICTURES), "photo")
    elif control == "range":
        node["kind"] = "whole" if kind == "int" else "number"
    elif kind in _PLACES:
        node["kind"] = "skipped"
    elif node.get("readonly") == "true()" and kind == "string":
        node["kind"] = "calculated" if node.get("calculate") else "note"
    elif kind in _BY_TYPE:
        node["kind"] = _BY_TYPE[kind]
    else:
        node["kind"] = "long_text" if "multiline" in appearance else "text"


def expressions_of(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(what for, expression) of a node."""
    for name in ("relevant", "constraint", "calculate", "required", "readonly", "count"):
        if said := node.get(name):
            yield name, said
    if choices := node.get("choices"):
        yield "choices", choices["nodeset"]
