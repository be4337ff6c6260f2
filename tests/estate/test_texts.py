from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from gatewright.estate.quantities import shown
from gatewright.estate.texts import (
    ALIAS,
    API_PATH,
    DEPLOYMENT,
    HOST_SUFFIX,
    MARKER,
    SECRET,
    TENANT,
    TEXT_PATTERN,
    NameRule,
    read_text,
    slug,
)

PIECES = st.sampled_from(
    ['"', "'", "@(", "@{", "{", "}", "{{", "}}", "]]>", "</policies>", "<!--", "-->", "$", "${X}", "&", "<a>"]
)
TEXTS = st.lists(st.one_of(st.text(max_size=5), PIECES), max_size=6).map("".join)


def accepted(text: str) -> bool:
    try:
        return read_text(text) == text
    except ValueError:
        return False


@given(TEXTS)
def test_an_accepted_text_survives_xml_and_starts_no_substitution(text: str) -> None:
    if accepted(text):
        element = etree.Element("a", {"b": text})
        element.text = text
        again = etree.fromstring(etree.tostring(element, encoding="utf-8"))
        assert (again.text, again.get("b")) == (text, text)
        assert not re.search(r"\{\{|\}\}|\$|[\r\n]|<[A-Za-z]+>", text)


@given(TEXTS)
def test_the_schema_accepts_what_the_reader_accepts(text: str) -> None:
    if accepted(text):
        assert re.search(TEXT_PATTERN, text)


@given(st.from_regex(TEXT_PATTERN, fullmatch=True))
def test_the_reader_refuses_little_that_the_schema_accepts(text: str) -> None:
    """What a regular expression cannot say: blanks of other alphabets around a text, unpaired surrogates."""
    rest = text != text.strip() or re.search("[\ud800-\udfff\ufdd0-\ufdef]", text)
    assert accepted(text) or rest


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        (
            TENANT,
            ["retail-search", "a1", "a" * 41],
            ["a", "A1", "1a", "a-", "a_b", "a" * 42, "aä", "aa\n", ""],
        ),
        (ALIAS, ["chat", "gpt-4.1", "4o"], ["a..b", ".a", "a.", "a/b", "A", "a" * 41, "a%2e"]),
        (DEPLOYMENT, ["gpt-4.1_Standard", "a1"], ["a..b", "../a", "a b", "a?", "a#", "a%20", "a" * 65]),
        (SECRET, ["retail-key", "A1"], ["a_b", "a.b", "a/b", "", "a" * 128]),
        (MARKER, ["gw-", "team1-"], ["gw", "-", "GW-", "gw--"]),
        (API_PATH, ["openai", "ai/openai"], ["/openai", "openai/", "a//b", "a/../b", "a?b"]),
        (HOST_SUFFIX, [".models.example.org", ".a.b"], [".org", "example.org", ".a..b", ".-a.b", ".a.b/"]),
    ],
    ids=lambda value: value.what if isinstance(value, NameRule) else "",
)
def test_names_follow_their_rule(rule: NameRule, good: list[str], bad: list[str]) -> None:
    assert [rule.read(name) for name in good] == good
    for name in bad:
        with pytest.raises(ValueError, match=r".") as refusal:
            rule.read(name)
        assert refusal.value.args == (f"{shown(name)} is not {rule.what}", rule.rule)


@given(st.text())
def test_a_slug_holds_nothing_but_letters_digits_and_hyphens(text: str) -> None:
    assert re.fullmatch(r"(?:[a-z0-9]+(?:-[a-z0-9]+)*)?", slug(text))
