"""Policy files as public repositories hold them: what works in Azure gives no error."""

from __future__ import annotations

import pytest

from gatewright.apim import policyfile

GOOD = {
    "a local function, and a dictionary read from JSON": """<fragment>
  <set-variable name="flags" value="{{feature-flags}}" />
  <set-variable name="ip" value="@(context.Request.Headers.GetValueOrDefault("X-Forwarded-For",""))" />
  <set-variable name="enabled" value="@{
    bool IsAllowed(string list, string address) {
        foreach (string one in address.Split(',')) {
            if (list.Split(',').Contains(one)) { return true; }
        }
        return list == "*";
    }
    var flags = JsonConvert.DeserializeObject<IDictionary<string, string>>(
        context.Variables.GetValueOrDefault("flags", "{}"));
    var caller = context.Variables.GetValueOrDefault("ip", "");
    return IsAllowed(flags.GetValueOrDefault("list", ""), caller).ToString();
  }" />
</fragment>""",
    "two calls, of which Terraform writes one": """<policies>
  <inbound>
    <base />
    <send-request mode="new" response-variable-name="user" timeout="${timeout}" ignore-error="true">
      %{ if env != "p" ~}
        <!-- a mock -->
        <set-url>@("${mock}/user?token=" + (string)context.Variables["token"])</set-url>
        <set-method>GET</set-method>
      %{ else ~}
        <set-url>https://api.example.org/user</set-url>
        <set-method>GET</set-method>
        <set-header name="Authorization" exists-action="override">
          <value>@("Bearer " + (string)context.Variables["token"])</value>
        </set-header>
      %{ endif ~}
    </send-request>
  </inbound>
</policies>""",
}


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD.keys())
def test_a_file_that_works_gives_no_error(text: str) -> None:
    assert [(str(item.span), item.code) for item in policyfile.check(text, "x.xml") if item.is_error] == []
