from __future__ import annotations

import pytest

from gatewright.apim.bundle import Api, KeyParameterNames, Operation
from gatewright.harness.routing import Router


def api(name: str, path: str, *operations: tuple[str, str, str]) -> Api:
    return Api(
        id=name,
        display_name=name,
        description="",
        path=path,
        protocols=("https",),
        subscription_required=True,
        subscription_key_parameter_names=KeyParameterNames(header="api-key", query="subscription-key"),
        policy=None,
        operations=tuple(
            Operation.model_validate(
                {"id": oid, "display_name": oid, "method": method, "url_template": template}
            )
            for oid, method, template in operations
        ),
    )


ROUTER = Router(
    [
        api("root", "", ("any", "GET", "/*")),
        api(
            "openai",
            "openai",
            ("chat", "POST", "/deployments/{deployment-id}/chat/completions"),
            ("v1-chat", "POST", "/v1/chat/completions"),
            ("file", "GET", "/files/{id}"),
            ("file-limits", "GET", "/files/limits"),
            ("deep", "GET", "/tree/{*rest}"),
            ("with-query", "GET", "/search?q={text}"),
        ),
        api("inner", "openai/inner", ("list", "GET", "/list")),
    ]
)


@pytest.mark.parametrize(
    ("method", "path", "found"),
    [
        ("POST", "/openai/v1/chat/completions", ("openai", "v1-chat", {})),
        (
            "POST",
            "/openai/deployments/gpt%2041/chat/completions",
            ("openai", "chat", {"deployment-id": "gpt 41"}),
        ),
        ("POST", "/OpenAI/V1/Chat/completions", ("openai", "v1-chat", {})),
        ("GET", "/openai/files/limits", ("openai", "file-limits", {})),
        ("GET", "/openai/files/7", ("openai", "file", {"id": "7"})),
        ("GET", "/openai/tree/a/b", ("openai", "deep", {"rest": "a/b"})),
        ("GET", "/openai/search", ("openai", "with-query", {})),
        ("GET", "/openai/inner/list", ("inner", "list", {})),
        ("GET", "/openai/v1/chat/completions", ("openai", None, {})),
        ("POST", "/openai/deployments/a/b/chat/completions", ("openai", None, {})),
        ("POST", "/openai/v1/chat/completions/more", ("openai", None, {})),
        ("GET", "/openaix/list", ("root", "any", {})),
    ],
)
def test_the_most_specific_template_wins(
    method: str, path: str, found: tuple[str, str | None, dict[str, str]]
) -> None:
    match = ROUTER.match(method, path)
    assert match is not None
    operation = match.operation.id if match.operation else None
    assert (match.api.id, operation, dict(match.parameters)) == found


def test_without_an_api_of_that_path_nothing_matches() -> None:
    assert Router([api("openai", "openai")]).match("GET", "/other") is None


@pytest.mark.parametrize(
    "path", ["/openai/deployments/../chat/completions", "/openai/./v1/chat/completions", "/.."]
)
def test_dot_segments_match_nothing(path: str) -> None:
    assert ROUTER.match("POST", path) is None


def test_the_rest_is_the_path_behind_the_api() -> None:
    match = ROUTER.match("POST", "/openai/v1/chat/completions")
    assert match is not None
    assert match.rest == "/v1/chat/completions"
