"""Whatever stands in the files, loading ends in an estate or in diagnostics with a place."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.diagnostics.yaml import compose
from tests.estate.conftest import BASE, findings

FILES = sorted(str(file.relative_to(BASE)) for file in BASE.rglob("*.yaml"))
WORDS = st.sampled_from(
    [
        "tenant",
        "plan",
        "models",
        "chat",
        "one",
        "dev",
        "prod",
        "environments",
        "tenants",
        "access",
        "pool",
        "x",
        "60k",
    ]
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-5, 500), WORDS, st.text(max_size=4))
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(deeper for key, item in below for deeper in paths(item, (*path, key)))]


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = put(copy[path[0]], path[1:], new)
    return copy


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_value_anywhere_ends_in_diagnostics(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(FILES))
    document = compose((BASE / name).read_text(encoding="utf-8"), name).plain()
    path = data.draw(st.sampled_from(paths(document)))
    changed = put(document, path, data.draw(VALUES))
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config"
        shutil.copytree(BASE, config)
        (config / name).write_text(json.dumps(changed), encoding="utf-8")

        estate, found = findings(config, "dev")

    assert (estate is None) == any(item.is_error for item in found)
    assert all(item.span and item.message.isprintable() for item in found)
