"""Which policy is in effect for a request: composed, checked and compiled once, at load."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gatewright.apim.bundle import Api, Bundle, Operation, Product, inside
from gatewright.apim.document import Document, Kind, Scope, Section, compose, read
from gatewright.apim.document.composition import EffectivePolicy
from gatewright.diagnostics import Diagnostic, Rejected, Span
from gatewright.harness.codes import NO_NAMED_VALUE, NO_POLICY_FILE
from gatewright.harness.pipeline import Policy
from gatewright.harness.prepare import Loading, block

Key = tuple[str | None, str | None, str | None]


class Policies:
    """Prepared policies by product, API and operation; None stands for no product, no API, no operation."""

    def __init__(self, by_key: Mapping[Key, Policy]) -> None:
        self._by_key = by_key

    def at(self, product: str | None, api: str | None, operation: str | None) -> Policy:
        """The policy in effect; the operation counts only where it has a policy of its own."""
        found = self._by_key.get((product, api, operation))
        return found if found is not None else self._by_key[product, api, None]


@dataclass(frozen=True, slots=True)
class _Sources:
    documents: Mapping[str, Document]
    fragments: Mapping[str, Document]
    named_values: Mapping[str, str]


def load(bundle: Bundle, build_dir: Path, secrets: Mapping[str, str], loading: Loading) -> Policies:
    """Every policy of a bundle whose placeholders are filled.

    Args:
        bundle: the bundle.
        build_dir: where its files lie.
        secrets: values of secret named values, by display name.
        loading: what the nodes share; its faults are raised here.

    Raises:
        Rejected: every fault of every file.
    """
    faults: list[Diagnostic] = []
    sources = _Sources(
        _documents(bundle, build_dir, faults),
        _fragments(bundle, build_dir, faults),
        _named_values(bundle, build_dir, secrets, faults),
    )
    if faults:
        raise Rejected(dict.fromkeys(faults))
    by_key: dict[Key, Policy] = {}
    for key, files in _combinations(bundle):
        try:
            composed = _compose(files, sources)
        except Rejected as caught:
            faults.extend(caught.diagnostics)
            continue
        by_key[key] = _prepare(composed, loading)
    faults.extend(loading.faults)
    if faults:
        raise Rejected(dict.fromkeys(faults))
    return Policies(by_key)


def _documents(bundle: Bundle, build_dir: Path, faults: list[Diagnostic]) -> dict[str, Document]:
    fragments = {fragment.file for fragment in bundle.fragments}
    files = [file for file in bundle.policy_files() if file not in fragments]
    found = ((file, _read(build_dir, file, Kind.POLICIES, faults)) for file in files)
    return {file: document for file, document in found if document is not None}


def _fragments(bundle: Bundle, build_dir: Path, faults: list[Diagnostic]) -> dict[str, Document]:
    found = ((item.id, _read(build_dir, item.file, Kind.FRAGMENT, faults)) for item in bundle.fragments)
    return {name: document for name, document in found if document is not None}


def _read(build_dir: Path, file: str, kind: Kind, faults: list[Diagnostic]) -> Document | None:
    path = inside(build_dir, file)
    try:
        return read(path.read_text(encoding="utf-8"), str(path), kind)
    except Rejected as caught:
        faults.extend(caught.diagnostics)
    except (OSError, UnicodeDecodeError) as caught:
        reason = caught.strerror if isinstance(caught, OSError) else str(caught)
        hint = "run gatewright generate again"
        faults.append(NO_POLICY_FILE.at(Span(str(path)), f"cannot be read: {reason}", hint=hint))
    return None


def _named_values(
    bundle: Bundle, build_dir: Path, secrets: Mapping[str, str], faults: list[Diagnostic]
) -> dict[str, str]:
    values: dict[str, str] = {}
    for item in bundle.named_values:
        value = item.value if item.value is not None else secrets.get(item.display_name)
        if value is None or not value.strip():
            message = f"the secret named value {item.display_name} has no value here"
            hint = "give it one when the gateway is loaded"
            faults.append(NO_NAMED_VALUE.at(Span(str(build_dir / "bundle.json")), message, hint=hint))
        else:
            values[item.display_name] = value
    return values


Files = tuple[tuple[Scope, str | None], ...]


def _combinations(bundle: Bundle) -> Iterator[tuple[Key, Files]]:
    """Every product and none, with every API it holds, with each operation that has its own policy."""
    world: tuple[Scope, str | None] = (Scope.GLOBAL, bundle.service.global_policy)
    yield (None, None, None), (world,)
    apis = {api.id: api for api in bundle.apis}
    none: Product | None = None
    pairs = [(none, api) for api in bundle.apis]
    pairs += [(product, apis[name]) for product in bundle.products for name in product.apis if name in apis]
    for product, api in pairs:
        files: Files = (world, (Scope.PRODUCT, product.policy if product else None), (Scope.API, api.policy))
        yield from _of_operations(product, api, files)


def _of_operations(product: Product | None, api: Api, files: Files) -> Iterator[tuple[Key, Files]]:
    name = product.id if product else None
    yield (name, api.id, None), files
    own: Iterator[Operation] = (operation for operation in api.operations if operation.policy)
    for operation in own:
        yield (name, api.id, operation.id), (*files, (Scope.OPERATION, operation.policy))


def _compose(files: Files, sources: _Sources) -> EffectivePolicy:
    scopes = [(scope, sources.documents[file]) for scope, file in files if file is not None]
    return compose(scopes, sources.fragments, sources.named_values)


def _prepare(policy: EffectivePolicy, loading: Loading) -> Policy:
    return Policy(*(block(policy.section(section), section, loading) for section in Section))
