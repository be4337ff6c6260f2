"""Policy documents: read, validated with their C#, and linted; CPU seconds on one core.

Eight expressions in 4 KB, no two alike in any two documents; public policy files have seven, half of them
repeated.
"""

from __future__ import annotations

import time

from gatewright.apim import policyfile

DOCUMENTS, SIZE = 1_000, 4 * 1024
LARGE = 256 * 1024
_STATEMENT = """
    <!-- Requests of team {n}: what they may call, and what they are told when they may not. -->
    <choose>
      <when condition='@(context.Request.Headers.GetValueOrDefault("x-{n}", "") == "a" &amp;&amp; {n} > 0)'>
        <set-variable name="v{n}" value="@(context.Variables.GetValueOrDefault<int>("v", {n}) + 1)" />
        <set-backend-service backend-id="pool-{n}" />
        <rewrite-uri template="/teams/{n}/items" copy-unmatched-params="true" />
        <set-query-parameter name="api-version" exists-action="override">
          <value>2024-10-21</value>
        </set-query-parameter>
        <set-header name="x-team-{n}" exists-action="override">
          <value>@(context.Subscription.Id + "-{n}")</value>
        </set-header>
        <set-header name="x-route" exists-action="override">
          <value>team-{n}</value>
        </set-header>
      </when>
      <otherwise>
        <return-response>
          <set-status code="403" reason="Forbidden" />
          <set-header name="Content-Type" exists-action="override">
            <value>application/json</value>
          </set-header>
          <set-header name="Retry-After" exists-action="override">
            <value>60</value>
          </set-header>
          <set-body>@{
            // statement {n}
            var body = new JObject(new JProperty("code", {n}));
            return body.ToString(Newtonsoft.Json.Formatting.None);
          }</set-body>
        </return-response>
      </otherwise>
    </choose>
    <trace source="gateway" severity="information">
      <message>Team {n} was let through by the rule of its plan; see the platform's handbook.</message>
      <metadata name="team" value="team-{n}" />
    </trace>"""
_HEAD = "<policies>\n  <inbound>\n    <base />"
_TAIL = """
  </inbound>
  <backend>
    <base />
  </backend>
  <outbound>
    <base />
  </outbound>
</policies>
"""


def document(size: int, number: int) -> str:
    """A good document of about so many bytes; its expressions are those of no other number."""
    parts = [_HEAD]
    length = len(_HEAD) + len(_TAIL)
    while length < size:
        piece = _STATEMENT.replace("{n}", str(number * 1_000 + len(parts)))
        if length + len(piece) > size:
            break
        parts.append(piece)
        length += len(piece)
    filler = f"<!-- {'x' * max(0, size - length - 9)} -->" if size - length > 9 else ""
    return "".join([*parts, filler, _TAIL])


def seconds(texts: list[str]) -> float:
    """CPU seconds for checking texts in which nothing is wrong."""
    began = time.process_time()
    for text in texts:
        errors = [item for item in policyfile.check(text, "x.xml") if item.is_error]
        assert not errors, errors[0]
    return time.process_time() - began


def main() -> None:
    """Prints both figures with what they have to hold."""
    seconds([document(SIZE, 0)])
    many = [document(SIZE, number) for number in range(DOCUMENTS)]
    same = seconds([many[0]] * DOCUMENTS)
    print(f"{DOCUMENTS:,} documents of {SIZE:,} bytes, all alike      {same:6.2f} s CPU")
    print(f"{DOCUMENTS:,} documents of {SIZE:,} bytes, all different  {seconds(many):6.2f} s CPU (5)")
    print(f"one document of {LARGE:,} bytes              {seconds([document(LARGE, 1_000)]):6.2f} s CPU (1)")


if __name__ == "__main__":
    main()
