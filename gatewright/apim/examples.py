"""For each code of what Azure would refuse: a text that has the fault, and the same without it."""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.apim.document import Known


@dataclass(frozen=True, slots=True)
class Example:
    """A fault and the way out.

    Attributes:
        bad: a text in which the code is found.
        good: the text without it; empty where there is nothing to show.
        scope: where the text stands, where that matters.
        tier: of the service, where that matters.
        known: what exists around it, where that matters.
    """

    bad: str
    good: str = ""
    scope: str | None = None
    tier: str | None = None
    known: Known | None = None


_KNOWN = Known(frozenset({"identity"}), frozenset({"proof"}), frozenset({"pool-chat"}))
_LIMIT = '<rate-limit calls="10" renewal-period="60" />'
_DIMENSIONS = "".join(f'<dimension name="{name}" value="x" />' for name in "abcde")

EXAMPLES: dict[str, Example] = {
    "POL200": Example(
        '<set-body template="none">a < b</set-body>', '<set-body template="none">a &lt; b</set-body>'
    ),
    "POL201": Example(
        "<choose><when condition='@(true)'></choose>", "<choose><when condition='@(true)'></when></choose>"
    ),
    "POL202": Example(
        '<set-variable name="a" value="@(context.Request.Url.Host" />',
        '<set-variable name="a" value="@(context.Request.Url.Host)" />',
    ),
    "POL203": Example('<trace source="a" source="b" />', '<trace source="a"><message>b</message></trace>'),
    "POL204": Example("<!DOCTYPE policies><policies />", "<policies />"),
    "POL205": Example("<set-method>\x01</set-method>", "<set-method>GET</set-method>"),
    "POL206": Example(
        f"<policies><inbound><!-- {'x' * 16_384} --></inbound></policies>", "", tier="Consumption"
    ),
    "POL207": Example(f"<fragment><!-- {'x' * 32_768} --></fragment>"),
    "POL208": Example("<fragment />", "<policies />"),
    "POL209": Example(
        '<set-variable name="a" value="@(context.Api.Id)-chat" />',
        '<set-variable name="a" value=\'@(context.Api.Id + "-chat")\' />',
    ),
    "POL210": Example("<set-metod>GET</set-metod>", "<set-method>GET</set-method>"),
    "POL211": Example('<set-variable nam="a" name="a" value="b" />', '<set-variable name="a" value="b" />'),
    "POL212": Example('<set-variable name="a" />', '<set-variable name="a" value="b" />'),
    "POL213": Example(
        '<cache-store-value key="a" value="b" duration="1m" />',
        '<cache-store-value key="a" value="b" duration="60" />',
    ),
    "POL214": Example(
        '<retry condition="@(true)" count="51" interval="1" />',
        '<retry condition="@(true)" count="50" interval="1" />',
    ),
    "POL215": Example(
        '<set-header name="a" exists-action="replace" />', '<set-header name="a" exists-action="delete" />'
    ),
    "POL216": Example('<rate-limit calls="@(10)" renewal-period="60" />', _LIMIT),
    "POL217": Example('<quota renewal-period="3600" />', '<quota calls="100" renewal-period="3600" />'),
    "POL218": Example(
        "<choose>or<when condition='@(true)' /></choose>", "<choose><when condition='@(true)' /></choose>"
    ),
    "POL220": Example(
        "<policies><inbound><cache-store duration='1' /></inbound></policies>",
        "<policies><outbound><cache-store duration='1' /></outbound></policies>",
    ),
    "POL221": Example(f"<policies><inbound>{_LIMIT}</inbound></policies>", "", scope="global"),
    "POL222": Example(
        '<llm-token-limit counter-key="a" tokens-per-minute="5" />', _LIMIT, tier="Consumption"
    ),
    "POL223": Example(
        f"<policies><inbound>{_LIMIT}{_LIMIT}</inbound></policies>",
        f"<policies><inbound>{_LIMIT}</inbound></policies>",
    ),
    "POL224": Example("<policies><inbond /></policies>", "<policies><inbound /></policies>"),
    "POL225": Example(
        "<policies><backend><base /><forward-request /></backend></policies>",
        "<policies><backend><forward-request /></backend></policies>",
    ),
    "POL226": Example(
        "<policies><inbound><outbound /></inbound></policies>", "<policies><inbound /><outbound /></policies>"
    ),
    "POL227": Example(
        '<policies><outbound><authentication-managed-identity resource="r" /></outbound></policies>',
        '<policies><inbound><authentication-managed-identity resource="r" /></inbound></policies>',
    ),
    "POL230": Example("<choose />", "<choose><when condition='@(true)' /></choose>"),
    "POL231": Example(
        '<return-response><set-status code="200" /><set-status code="201" /></return-response>',
        '<return-response><set-status code="200" /></return-response>',
    ),
    "POL232": Example(
        "<choose><otherwise /><when condition='@(true)' /></choose>",
        "<choose><when condition='@(true)' /><otherwise /></choose>",
    ),
    "POL233": Example(
        "<set-header name='a'><val>b</val></set-header>", "<set-header name='a'><value>b</value></set-header>"
    ),
    "POL234": Example(
        f'<emit-metric name="m">{_DIMENSIONS}<dimension name="f" value="x" /></emit-metric>',
        f'<emit-metric name="m">{_DIMENSIONS}</emit-metric>',
    ),
    "POL235": Example(
        '<set-variable name="a" <!-- the tenant --> value="b" />',
        '<!-- the tenant --><set-variable name="a" value="b" />',
    ),
    "POL236": Example('<cache-value key="a" variable-name="b"><value>c</value></cache-value>'),
    "POL237": Example(
        "<cors><allowed-origins><origin>*</origin></allowed-origins></cors>",
        "<cors><allowed-origins><origin>*</origin></allowed-origins><allowed-headers><header>*</header></allowed-headers></cors>",
    ),
    "POL240": Example(
        '<include-fragment fragment-id="identty" />',
        '<include-fragment fragment-id="identity" />',
        known=_KNOWN,
    ),
    "POL241": Example("<fragment><base /></fragment>", "<policies><inbound><base /></inbound></policies>"),
    "POL242": Example(
        "<set-method>{{prof}}</set-method>", "<set-method>{{proof}}</set-method>", known=_KNOWN
    ),
    "POL243": Example(
        "<policies><inbound><choose><when condition='@(true)'><base /></when></choose></inbound></policies>",
        "<policies><inbound><base /></inbound></policies>",
    ),
    "POL244": Example(
        '<set-method>@{ unsafe { return "GET"; } }</set-method>', "<set-method>GET</set-method>"
    ),
    "POL245": Example(
        '<retry condition="@(true)" count="${retries}" interval="1" />',
        '<retry condition="@(true)" count="{{retries}}" interval="1" />',
    ),
    "POL246": Example(
        '<set-backend-service backend-id="pool-chatt" />',
        '<set-backend-service backend-id="pool-chat" />',
        known=_KNOWN,
    ),
}
