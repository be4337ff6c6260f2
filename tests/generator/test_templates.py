from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gatewright.diagnostics import Diagnostic, Rejected
from generator.templates import Templates


def rendered(folder: Path, name: str = "a.xml.j2", **values: object) -> str:
    templates = Templates(folder)
    return templates.render(templates.get(name), values)


def fault(folder: Path, text: str, **values: Any) -> Diagnostic:
    (folder / "a.xml.j2").write_text(text, encoding="utf-8")
    with pytest.raises(Rejected) as refused:
        rendered(folder, **values)
    (found,) = refused.value.diagnostics
    return found


def test_double_braces_belong_to_named_values(tmp_path: Path) -> None:
    (tmp_path / "a.xml.j2").write_text('[# gone #]\n<a b="{{[[ secret ]]}}" />\n', encoding="utf-8")
    assert rendered(tmp_path, secret="proof") == '<a b="{{proof}}" />\n'


def test_values_are_escaped_where_no_filter_says_otherwise(tmp_path: Path) -> None:
    (tmp_path / "a.xml.j2").write_text("<a>[[ text ]]</a>\n", encoding="utf-8")
    assert rendered(tmp_path, text="</a>&") == "<a>&lt;/a&gt;&amp;</a>\n"


def test_a_template_in_local_stands_in_for_ours_and_can_build_on_it(tmp_path: Path) -> None:
    (tmp_path / "local").mkdir()
    (tmp_path / "a.xml.j2").write_text("<a>[% block body %]ours[% endblock %]</a>\n", encoding="utf-8")
    (tmp_path / "local/a.xml.j2").write_text(
        '[% extends "base/a.xml.j2" %][% block body %][[ super() ]], theirs[% endblock %]\n', encoding="utf-8"
    )
    assert rendered(tmp_path) == "<a>ours, theirs</a>\n"


def test_a_missing_template_is_named_with_its_folder(tmp_path: Path) -> None:
    with pytest.raises(Rejected) as refused:
        rendered(tmp_path, "none.xml.j2")
    (found,) = refused.value.diagnostics
    assert (found.code, found.message) == ("GEN400", "there is no template none.xml.j2")
    assert found.hint == f"templates are looked for in {tmp_path}"
    assert refused.value.unreadable


def test_broken_jinja_is_refused_with_its_line(tmp_path: Path) -> None:
    found = fault(tmp_path, "<a>\n[% if %]\n</a>\n")
    assert (found.code, str(found.span)) == ("GEN401", f"{tmp_path / 'a.xml.j2'}:2:1")


def test_an_undefined_name_is_refused_with_its_line(tmp_path: Path) -> None:
    found = fault(tmp_path, "<a>\n[[ tenannt.id ]]\n</a>\n")
    assert (found.code, str(found.span)) == ("GEN402", f"{tmp_path / 'a.xml.j2'}:2:1")
    assert "tenannt" in found.message


@pytest.mark.parametrize(
    "text",
    [
        "[[ value.__class__.__mro__ ]]",
        "[[ ''.__class__ ]]",
        "[[ value.append(1) ]]",
        "[[ function.__globals__ ]]",
        "[[ cycler.__init__.__globals__.os ]]",
    ],
)
def test_the_sandbox_keeps_templates_from_python(tmp_path: Path, text: str) -> None:
    found = fault(tmp_path, text, value=[1], function=fault)
    assert found.code == "GEN402"


def test_a_template_cannot_change_what_it_is_given(tmp_path: Path) -> None:
    value = {"a": 1}
    assert fault(tmp_path, "[[ value.clear() ]]", value=value).code == "GEN402"
    assert value == {"a": 1}


def test_a_template_that_divides_by_zero_is_a_fault_of_the_template(tmp_path: Path) -> None:
    assert fault(tmp_path, "[[ 1 // 0 ]]").message.startswith("ZeroDivisionError")


def test_a_template_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xml.j2").write_bytes(b"<a>\xff</a>")
    with pytest.raises(Rejected) as refused:
        rendered(tmp_path)
    assert [item.code for item in refused.value.diagnostics] == ["GEN400"]
