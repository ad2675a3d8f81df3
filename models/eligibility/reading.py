"""Reading the YAML of a set: quick where the set was checked before, looked through first where it comes from outside.

Every problem is told with its file and line; what could not be read comes back as None, so that the rest is read too.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from models.eligibility.packset import PackFiles, Tell
from models.eligibility.problems import Fault, PackProblem

MAX_DEPTH = 40
MAX_VALUES = 100_000
Path = tuple[Any, ...]
T = TypeVar("T")

_C_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STR = "tag:yaml.org,2002:str"
_PLAIN = {"seq": "tag:yaml.org,2002:seq", "map": "tag:yaml.org,2002:map"}
_KNOWN_TAGS = frozenset(f"tag:yaml.org,2002:{tag}" for tag in ("str", "int", "float", "bool", "null", "timestamp"))


class _Loader(_C_LOADER):  # type: ignore[misc]
    """The safe loader; the tag of a plain value is worked out once, since packs repeat their words."""

    tags: dict[str, str] = {}

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
        """The tag of a node without a tag of its own."""
        if kind is yaml.ScalarNode:
            if not implicit[0]:
                return _STR
            found = self.tags.get(value)
            if found is None:
                found = super().resolve(kind, value, implicit)
                if len(self.tags) < MAX_VALUES:
                    self.tags[value] = found
            return found
        return _PLAIN["seq"] if kind is yaml.SequenceNode else _PLAIN["map"]


class Reader:
    """Reads the files of one set. careful: look every file through before it is parsed (files from outside)."""

    def __init__(self, files: PackFiles, tell: Tell, *, careful: bool) -> None:
        self.files = files
        self._tell = tell
        self._careful = careful
        self._nodes: dict[str, Any] = {}

    def tell(self, file: str, path: Path, kind: str, /, **facts: object) -> None:
        """Tell a problem of the value at a path."""
        self._tell(PackProblem(file, self.line(file, path), kind, _facts(facts)))

    def fault(self, file: str, path: Path, fault: Fault) -> None:
        """Tell a fault that was found at a path."""
        self._tell(PackProblem(file, self.line(file, path), fault.kind, fault.facts))

    def below(self, folder: str) -> list[str]:
        """Names of the files below a folder of the set, sorted."""
        return sorted(name for name in self.files if name.startswith(folder + "/"))

    def yaml(self, name: str) -> Any:
        """The values of a file; None where it cannot be read, which is told."""
        content = self.files.get(name)
        if content is None:
            self._tell(PackProblem(name, 0, "missing_file"))
            return None
        if self._careful and not self._looked_through(name, content):
            return None
        try:
            node = yaml.compose(content, Loader=_Loader)
        except yaml.YAMLError as problem:
            mark = getattr(problem, "problem_mark", None)
            said = str(getattr(problem, "problem", "") or getattr(problem, "reason", ""))
            self._tell(PackProblem(name, mark.line + 1 if mark else 0, "no_yaml", (("problem", said),)))
            return None
        if node is None:
            return None
        if self._careful:
            self._nodes[name] = node
            if not self._bounded(name, node):
                return None
        try:
            return _value(node)
        except _Unreadable as trouble:
            kind, facts = trouble.kind, trouble.about
            self._tell(PackProblem(name, trouble.line, kind, facts))
            return None

    def shaped(self, name: str, shape: type[T], data: Any, path: Path) -> T | None:
        """The data in the shape; None where it does not fit, with every misfit told."""
        try:
            made: T = _adapter(shape).validate_python(data)  # type: ignore[arg-type]  # a class is hashable
            return made
        except ValidationError as problem:
            for error in problem.errors(include_url=False):
                self._tell(self._misfit(name, path, error))
            return None

    def line(self, name: str, path: Path) -> int:
        """The line on which the value at the path stands, or its nearest parent; 0 where there is no such file."""
        node = self._nodes.get(name)
        if node is None:
            if name not in self.files:
                return 0
            try:
                node = self._nodes[name] = yaml.compose(self.files[name], Loader=_Loader)
            except yaml.YAMLError:
                return 0
        if node is None:
            return 0
        line: int = node.start_mark.line + 1
        for step in path:
            if isinstance(node, yaml.MappingNode):
                found = [(key, value) for key, value in node.value if key.value in (str(step), str(step).rstrip("_"))]
                if not found:
                    return line
                line, node = found[0][0].start_mark.line + 1, found[0][1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                line = node.start_mark.line + 1
            else:
                return line
        return line

    def _misfit(self, name: str, path: Path, error: Any) -> PackProblem:
        """What pydantic says of one value, as a problem of ours."""
        place = (*path, *error["loc"])
        line, kind = self.line(name, place), error["type"]
        key = ".".join(str(step) for step in error["loc"]) or name
        fault = (error.get("ctx") or {}).get("error")
        if isinstance(fault, Fault):
            return PackProblem(name, line, fault.kind, fault.facts)
        if kind == "extra_forbidden":
            return PackProblem(name, line, "unknown_key", (("key", key),))
        if kind == "missing":
            return PackProblem(name, line, "missing_key", (("key", key),))
        if kind == "literal_error":
            return PackProblem(name, line, "wrong_choice", (("key", key), ("expected", error["ctx"]["expected"])))
        if kind == "wrong_number":
            return PackProblem(name, line, "wrong_number", (("key", key),))
        return PackProblem(name, line, "wrong_shape", (("key", key), ("problem", error["msg"])))

    def _looked_through(self, name: str, content: bytes) -> bool:
        """Whether a file may be parsed: text, not nested deep, not too many values. The parser itself has no limits."""
        try:
            content.decode("utf-8")
        except UnicodeDecodeError:
            self._tell(PackProblem(name, 0, "not_utf8"))
            return False
        depth = values = 0
        try:
            for event in yaml.parse(content, Loader=_C_LOADER):
                values += 1
                line = event.start_mark.line + 1 if event.start_mark else 0
                if isinstance(event, yaml.CollectionStartEvent):
                    depth += 1
                elif isinstance(event, yaml.CollectionEndEvent):
                    depth -= 1
                if depth > MAX_DEPTH:
                    self._tell(PackProblem(name, line, "too_deep", (("most", str(MAX_DEPTH)),)))
                    return False
                if values > MAX_VALUES:
                    self._tell(PackProblem(name, line, "too_many", (("most", str(MAX_VALUES)),)))
                    return False
                tag = getattr(event, "tag", None)
                if tag is not None:
                    self._tell(PackProblem(name, line, "no_tags", (("tag", str(tag)[:40]),)))
                    return False
        except yaml.YAMLError as problem:
            mark = getattr(problem, "problem_mark", None)
            said = str(getattr(problem, "problem", "") or getattr(problem, "reason", ""))
            self._tell(PackProblem(name, mark.line + 1 if mark else 0, "no_yaml", (("problem", said),)))
            return False
        return True

    def _bounded(self, name: str, root: Any) -> bool:
        """No key twice, no part within itself, not too many values once references are written out."""
        sizes: dict[int, int] = {}
        opened: set[int] = set()
        sound = True

        def size(node: Any, depth: int) -> int:
            nonlocal sound
            if isinstance(node, yaml.ScalarNode):
                return 1
            if id(node) in sizes:
                return sizes[id(node)]
            line = node.start_mark.line + 1
            if id(node) in opened:
                raise _Unreadable(line, "loop")
            if depth > 2 * MAX_DEPTH:  # references may nest further than what is written
                raise _Unreadable(line, "too_deep", most=2 * MAX_DEPTH)
            opened.add(id(node))
            parts: Iterable[Any] = node.value
            if isinstance(node, yaml.MappingNode):
                seen: set[str] = set()
                for key, _value in node.value:
                    if isinstance(key, yaml.ScalarNode):
                        if key.value in seen:
                            at = key.start_mark.line + 1
                            self._tell(PackProblem(name, at, "duplicate_key", (("key", key.value[:60]),)))
                            sound = False
                        seen.add(key.value)
                parts = (part for pair in node.value for part in pair)
            total = 1 + sum(size(part, depth + 1) for part in parts)
            if total > MAX_VALUES:
                raise _Unreadable(line, "too_many", most=MAX_VALUES)
            opened.discard(id(node))
            sizes[id(node)] = total
            return total

        try:
            size(root, 0)
        except _Unreadable as trouble:
            self._tell(PackProblem(name, trouble.line, trouble.kind, trouble.about))
            return False
        return sound


class _Unreadable(Exception):  # noqa: N818  # caught within this file
    """A value that cannot be read: line, kind of problem, its facts."""

    def __init__(self, line: int, kind: str, /, **facts: object) -> None:
        super().__init__(kind)
        self.line = line
        self.kind = kind
        self.about = _facts(facts)


@cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    """The checker of a shape; making one takes longer than using it."""
    return TypeAdapter(shape)


def _facts(facts: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(value)) for name, value in facts.items())


_scalars: dict[tuple[str, str], Any] = {}
_constructor = yaml.SafeLoader("")


def _value(node: Any) -> Any:
    """The plain Python value of a node."""
    if isinstance(node, yaml.ScalarNode):
        return node.value if node.tag == _STR else _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_value(part) for part in node.value]
    try:
        return {_value(key): _value(part) for key, part in node.value}
    except TypeError:
        raise _Unreadable(node.start_mark.line + 1, "bad_value", problem="a list cannot be a name") from None


def _scalar(node: Any) -> Any:
    key = (node.tag, node.value)
    if key not in _scalars:
        line = node.start_mark.line + 1
        if node.tag not in _KNOWN_TAGS:
            raise _Unreadable(line, "no_tags", tag=node.tag.rpartition(":")[2][:40])
        try:
            value = yaml.SafeLoader.yaml_constructors[node.tag](_constructor, node)
        except (ValueError, OverflowError, yaml.YAMLError) as trouble:
            said = trouble.args[0] if trouble.args and isinstance(trouble.args[0], str) else ""
            raise _Unreadable(line, "bad_value", problem=said[:80]) from None
        if len(_scalars) >= MAX_VALUES:
            _scalars.clear()
        _scalars[key] = value
    return _scalars[key]
