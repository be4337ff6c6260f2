"""What type each expression of a Bicep file has, and where operators, functions and accesses do not fit it.

Source: Azure/bicep 9beb0fee (2026-08-21), src/Bicep.Core/TypeSystem (TypeAssignmentVisitor,
OperationReturnTypeEvaluator): BCP044 to BCP046, BCP052 to BCP055, BCP070, BCP074 to BCP076, BCP137, BCP187,
BCP311, BCP318, BCP321.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from gatewright.diagnostics import Code, Diagnostic, Span, nearest
from gatewright.infra import codes
from gatewright.infra.assign import assignable
from gatewright.infra.bicep import (
    Array,
    BicepFile,
    Call,
    Choice,
    Condition,
    Constant,
    Declaration,
    Expression,
    Index,
    Lambda,
    Loop,
    Member,
    Name,
    Object,
    Operation,
    Text,
    path_of,
)
from gatewright.infra.functions import FUNCTIONS
from gatewright.infra.results import KINDS, given, item_of, negated, of_json, widened
from gatewright.infra.types import (
    ARRAY,
    NULL,
    NUMBER,
    OBJECT,
    TEXT,
    TRUTH,
    UNKNOWN,
    ArrayType,
    NumberType,
    ObjectType,
    TextType,
    TruthType,
    Type,
    UnionType,
    UnknownType,
    described,
    lengths,
    union,
    without_null,
)
from gatewright.infra.written import declared

Locals = Mapping[str, Type]
_LOGIC = frozenset({"&&", "||"})
_NUMBERS = frozenset({"+", "-", "*", "/", "%"})
_ORDER = frozenset({"<", ">", "<=", ">="})
_LAMBDAS = frozenset({"filter", "groupBy", "map", "mapValues", "reduce", "sort", "toObject"})
_NAMED = {"id": TEXT, "name": TEXT, "type": TEXT, "apiVersion": TEXT}
_RESOURCE = ObjectType(_NAMED, UNKNOWN)


@dataclass(slots=True)
class Typed:
    """A file with the types of its expressions.

    Attributes:
        file: the file.
        outputs: of each module, its outputs with their types; a module that was not found has none here.
        texts: other files by name, for those that are loaded.
        faults: what does not fit, in the order of the file.
    """

    file: BicepFile
    outputs: Mapping[str, Mapping[str, Type]]
    texts: Mapping[str, str]
    faults: list[Diagnostic] = field(default_factory=list)
    _types: dict[int, Type] = field(default_factory=dict)
    _symbols: dict[str, Type] = field(default_factory=dict)

    def of(self, value: Expression) -> Type:
        """The type of an expression of the file."""
        return self._types.get(id(value), UNKNOWN)

    def read(self) -> None:
        """Finds the types of all expressions."""
        for item in self.file.declarations:
            if item.kind == "var":
                self._symbol(item.name)
            elif item.value is not None:
                self._visit(item.value, {})

    def _visit(self, value: Expression, names: Locals) -> Type:
        found = self._type(value, names)
        self._types[id(value)] = found
        return found

    def _type(self, value: Expression, names: Locals) -> Type:
        match value:
            case Text():
                return self._text(value, names)
            case Constant(value=None):
                return NULL
            case Constant(value=bool() as truth):
                return TruthType(truth)
            case Constant(value=int() as number):
                return NumberType(number)
            case Name(name):
                return names[name] if name in names else self._symbol(name)
            case Member():
                return self._member(value, names)
            case Index():
                return self._index(value, names)
            case Call():
                return self._call(value, names)
            case Object():
                return self._object(value, names)
            case Array(items=items):
                found = tuple(self._visit(item, names) for item in items)
                return ArrayType(union(found) if found else UNKNOWN, found)
            case Choice():
                return self._choice(value, names)
            case Operation():
                return self._operation(value, names)
            case Loop():
                return self._loop(value, names)
            case Condition():
                self._wants(self._visit(value.condition, names), TRUTH, value.condition.span, "a condition")
                return self._visit(value.body, names)
            case Lambda():
                self._visit(value.body, {**names, **dict.fromkeys(value.names, UNKNOWN)})
                return UNKNOWN
        return UNKNOWN

    def _told(self, code: Code, span: Span, message: str, hint: str | None = None) -> Type:
        self.faults.append(code.at(span, message, hint=hint))
        return UNKNOWN

    def _wants(self, found: Type, wanted: Type, span: Span, what: str) -> None:
        if assignable(found, wanted):
            return
        bare = without_null(found)
        if bare is not None and assignable(bare, wanted):
            hint = "write ?? and what stands for it, or ! where it is there"
            self._told(codes.MAY_BE_NULL, span, f"{what} may be null here", hint)
        else:
            self._told(
                codes.WRONG_TYPE, span, f"{what} is of type {described(wanted)}, this is {described(found)}"
            )

    def _symbol(self, name: str) -> Type:
        if name not in self._symbols:
            self._symbols[name] = UNKNOWN
            found = self.file.get(name)
            self._symbols[name] = UNKNOWN if found is None else self._declared(found)
        return self._symbols[name]

    def _declared(self, item: Declaration) -> Type:
        match item.kind:
            case "param":
                return declared(item, self.file)
            case "var" if item.value is not None:
                return self._visit(item.value, {})
            case "module":
                known = self.outputs.get(item.name)
                outputs = OBJECT if known is None else ObjectType(known, UNKNOWN)
                made = ObjectType({"name": TEXT, "outputs": outputs}, UNKNOWN)
                return ArrayType(made) if isinstance(item.value, Loop) else made
            case "resource":
                return ArrayType(_RESOURCE) if isinstance(item.value, Loop) else _RESOURCE
            case _:
                return UNKNOWN

    def _text(self, value: Text, names: Locals) -> Type:
        if value.literal is not None:
            return TextType(value.literal)
        parts = [
            TextType(part) if isinstance(part, str) else self._visit(part, names) for part in value.parts
        ]
        written = [
            str(p.value) for p in parts if isinstance(p, TextType | NumberType) and p.value is not None
        ]
        if len(written) == len(parts):
            return TextType("".join(written))
        sizes = [lengths(part) for part in parts]
        longest = [most for _, most in sizes if most is not None]
        most = sum(longest) if len(longest) == len(sizes) else None
        return TextType(None, sum(least for least, _ in sizes) or None, most)

    def _object(self, value: Object, names: Locals) -> Type:
        properties: dict[str, Type] = {}
        others: list[Type] = []
        for entry in value.entries:
            found = self._visit(entry.value, names)
            if entry.name is None:
                self._visit(entry.key, names)
                others.append(found)
            else:
                properties[entry.name] = found
        return ObjectType(properties, union(others) if others else None, frozenset(properties))

    def _choice(self, value: Choice, names: Locals) -> Type:
        condition = self._visit(value.condition, names)
        self._wants(condition, TRUTH, value.condition.span, "a condition")
        yes, no = self._visit(value.yes, names), self._visit(value.no, names)
        if isinstance(condition, TruthType) and condition.value is not None:
            return yes if condition.value else no
        return union([yes, no])

    def _operation(self, value: Operation, names: Locals) -> Type:
        found = [self._visit(item, names) for item in value.operands]
        wanted: Type = TRUTH
        given: Type = TRUTH
        match value.operator:
            case "??":
                return union([without_null(found[0]) or found[0], *found[1:]])
            case "==" | "!=":
                return TRUTH
            case operator if operator in _LOGIC or operator == "!":
                pass
            case operator if operator in _NUMBERS:
                wanted, given = NUMBER, NUMBER
            case operator if operator in _ORDER:
                text = all(assignable(without_null(one) or one, TEXT) for one in found)
                wanted, given = TEXT if text else NUMBER, TRUTH
            case "=~" | "!~":
                wanted, given = TEXT, TRUTH
            case _:
                return UNKNOWN
        for one, item in zip(found, value.operands, strict=True):
            self._wants(one, wanted, item.span, f"what {value.operator} takes")
        return negated(found[0]) if value.operator == "-" and len(found) == 1 else given

    def _loop(self, value: Loop, names: Locals) -> Type:
        source = self._visit(value.source, names)
        self._wants(source, ARRAY, value.source.span, "what a loop runs over")
        bare = without_null(source) or source
        item = bare.item if isinstance(bare, ArrayType) else UNKNOWN
        inner = {**names, **dict(zip(value.names, (item, NumberType(None, 0)), strict=False))}
        return ArrayType(self._visit(value.body, inner))

    def _member(self, value: Member, names: Locals) -> Type:
        base, safe = self._base(value, names)
        found = self._property(base, value.name, value.span)
        if isinstance(base, ObjectType) and not value.guarded and without_null(found) is not None:
            message = f"{value.name} may be null: write .?{value.name} (use-safe-access)"
            self._told(codes.LINTER, value.span, message)
        return union([found, NULL]) if safe else found

    def _base(self, value: Member | Index, names: Locals) -> tuple[Type, bool]:
        """The type of what a member or item is read of, null left out; whether the result may be null."""
        found = self._visit(value.of, names)
        bare = without_null(found)
        if bare is None:
            return found, False
        safe = _is_safe(value)
        if not safe and not value.guarded:
            what = value.name if isinstance(value, Member) else "an item"
            hint = "write .? or [? where it may not be there, ! where it is"
            self._told(codes.MAY_BE_NULL, value.span, f"{what} is read of what may be null", hint)
        return bare, safe

    def _property(self, base: Type, name: str, span: Span) -> Type:
        match base:
            case UnknownType():
                return UNKNOWN
            case ObjectType() if name in base.properties:
                return base.properties[name]
            case ObjectType() if base.others is not None:
                return base.others
            case ObjectType():
                near = nearest(name, base.properties)
                hint = (
                    f"did you mean {near}?"
                    if near
                    else f"it has {', '.join(sorted(base.properties)) or 'none'}"
                )
                return self._told(codes.UNKNOWN_PROPERTY, span, f"there is no property {name} here", hint)
            case UnionType() if all(isinstance(item, ObjectType) for item in base.members):
                return self._of_several(base, name, span)
            case UnionType():
                return UNKNOWN
            case _:
                return self._told(codes.WRONG_TYPE, span, f"{described(base)} has no properties")

    def _of_several(self, base: UnionType, name: str, span: Span) -> Type:
        objects = [item for item in base.members if isinstance(item, ObjectType)]
        found = [one.properties.get(name, one.others) for one in objects]
        known = [item for item in found if item is not None]
        if len(known) < len(found):
            some = "not each of these objects has" if known else "none of these objects has"
            self._told(
                codes.UNKNOWN_PROPERTY, span, f"{some} {name}", "give it to each, with null or a default"
            )
        return union(known) if known else UNKNOWN

    def _index(self, value: Index, names: Locals) -> Type:
        base, safe = self._base(value, names)
        index = self._visit(value.index, names)
        found = self._item(base, index, value)
        return union([found, NULL]) if safe else found

    def _item(self, base: Type, index: Type, value: Index) -> Type:
        match base, index:
            case (UnknownType() | UnionType(), _):
                return UNKNOWN
            case (ArrayType(), NumberType(value=int() as number)) if base.items is not None:
                if not 0 <= number < len(base.items):
                    message = f"there are {len(base.items)} items, from 0"
                    return self._told(codes.OUT_OF_LIMITS, value.index.span, message)
                return base.items[number]
            case (ArrayType(item=item), _):
                self._wants(index, NUMBER, value.index.span, "the index of an array")
                return item
            case (ObjectType(), TextType(value=str() as name)):
                return self._property(base, name, value.index.span)
            case (ObjectType(), _):
                self._wants(index, TEXT, value.index.span, "the index of an object")
                return UNKNOWN
            case _:
                return self._told(codes.WRONG_TYPE, value.span, f"{described(base)} has no items")

    def _call(self, value: Call, names: Locals) -> Type:
        if value.of is not None:
            self._visit(value.of, names)
        if value.of is None and value.function in _LAMBDAS:
            return self._over(value, names)
        found = [self._visit(item, names) for item in value.arguments]
        if value.of is not None or value.function not in FUNCTIONS:
            return UNKNOWN
        self._takes(value, found)
        return self._given(value, found)

    def _takes(self, value: Call, found: list[Type]) -> None:
        takes = FUNCTIONS[value.function].takes
        for place, (one, argument) in enumerate(zip(found, value.arguments, strict=True)):
            words = takes[min(place, len(takes) - 1)].split("|") if takes else [""]
            self._wants(
                one, union(KINDS[word] for word in words), argument.span, f"what {value.function}() takes"
            )

    def _given(self, value: Call, found: list[Type]) -> Type:
        if value.function == "loadJsonContent" and len(found) == 1:
            return self._loaded(found[0])
        return given(value.function, found)

    def _loaded(self, path: Type) -> Type:
        name = path.value if isinstance(path, TextType) else None
        text = self.texts.get(path_of(self.file.file, name)) if name is not None else None
        try:
            return UNKNOWN if text is None else of_json(json.loads(text))
        except ValueError:
            return UNKNOWN

    def _over(self, value: Call, names: Locals) -> Type:
        source = self._visit(value.arguments[0], names) if value.arguments else UNKNOWN
        self._takes(Call(value.function, value.arguments[:1], value.span), [source])
        item = item_of(source)
        seed = (
            self._visit(value.arguments[1], names)
            if value.function == "reduce" and len(value.arguments) > 1
            else item
        )
        heads: tuple[Type, ...] = (item, NumberType(None, 0))
        if value.function == "reduce":
            heads = (widened(seed), item, NumberType(None, 0))
        elif value.function == "sort":
            heads = (item, item)
        bodies = [
            self._visit(argument.body, {**names, **dict(zip(argument.names, heads, strict=False))})
            if isinstance(argument, Lambda)
            else self._visit(argument, names)
            for argument in value.arguments[2 if value.function == "reduce" else 1 :]
        ]
        match value.function:
            case "filter":
                if bodies:
                    self._wants(bodies[0], TRUTH, value.arguments[1].span, "what filter() asks")
                return ArrayType(item) if isinstance(source, ArrayType) else UNKNOWN
            case "map":
                return ArrayType(bodies[0] if bodies else UNKNOWN)
            case "reduce":
                return bodies[-1] if bodies else UNKNOWN
            case "sort":
                return ArrayType(item)
            case _:
                return OBJECT


def _is_safe(value: Expression) -> bool:
    return isinstance(value, Member | Index) and (value.safe or _is_safe(value.of))


def typed(file: BicepFile, files: Mapping[str, BicepFile], texts: Mapping[str, str]) -> Typed:
    """A file with the types of its expressions.

    Args:
        file: the file.
        files: every Bicep file by name.
        texts: every other file that may be loaded, by name.
    """
    outputs: dict[str, Mapping[str, Type]] = {}
    for item in file.of("module"):
        target = files.get(path_of(file.file, item.target))
        if target is not None:
            outputs[item.name] = {output.name: declared(output, target) for output in target.of("output")}
    found = Typed(file, outputs, texts)
    found.read()
    return found
