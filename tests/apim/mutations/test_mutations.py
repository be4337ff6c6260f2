from __future__ import annotations

import pytest

from gatewright.apim import policyfile
from gatewright.apim.document import read, write
from tests.apim.mutations.__main__ import LEAST
from tests.apim.mutations.corpus import documents, written
from tests.apim.mutations.csharp import brackets, unmatched
from tests.apim.mutations.edits import place_of
from tests.apim.mutations.operators import OPERATORS
from tests.apim.mutations.running import is_found, mutations, table, tally

WRITTEN = list(written())


@pytest.mark.parametrize(("name", "text"), WRITTEN, ids=[name for name, _ in WRITTEN])
def test_a_document_as_people_write_it_gives_no_error(name: str, text: str) -> None:
    assert [str(item.span) for item in policyfile.check(text, name) if item.is_error] == []


@pytest.mark.parametrize(("name", "text"), WRITTEN, ids=[name for name, _ in WRITTEN])
def test_its_canonical_spelling_means_the_same(name: str, text: str) -> None:
    document = read(text, name)
    spelt = write(document)
    assert read(spelt, name) == document
    assert write(read(spelt, name)) == spelt


def test_the_other_good_documents_give_no_error_either() -> None:
    for name, text in documents():
        assert [(name, item.code) for item in policyfile.check(text, name) if item.is_error] == []


def test_mutations_are_found_where_they_are() -> None:
    """A sample; `python -m tests.apim.mutations` draws 6,000."""
    drawn = mutations(1200)
    assert len(drawn) == 1200
    result = tally(drawn)
    assert len(result) == len(OPERATORS)
    found = sum(row.found for row in result.values())
    assert found / len(drawn) >= LEAST, "\n".join(table(result))
    assert all(row.found / row.made >= 0.95 for row in result.values()), "\n".join(table(result))


def test_the_same_seed_draws_the_same() -> None:
    assert mutations(100, 7) == mutations(100, 7)
    assert mutations(100, 7) != mutations(100, 8)


def test_a_mutation_that_is_none_is_not_found() -> None:
    from dataclasses import replace

    [first] = mutations(len(OPERATORS))[:1]
    assert is_found(first)
    assert not is_found(replace(first, text="<fragment />"))
    assert not is_found(replace(first, places=(0,)))


def test_the_second_opinion_on_brackets() -> None:
    assert brackets('@(a[")"])') == [(1, 8), (3, 7)]
    assert unmatched('@(a[")"])') is None
    assert unmatched("@(a[1)") == [5, 3]
    assert unmatched("@(a") == [1, 1]
    assert unmatched("@(a) + b)") == [4, 8]
    assert place_of("a\r\nb\nc", 3) == (2, 1)
