"""One call and one token limit: admitted by what is known before, counted by what is known after."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gatewright.harness import errors, estimate
from gatewright.harness.accounting import Measured
from gatewright.harness.call import Call
from gatewright.harness.errors import Fault, Place, PolicyFault
from gatewright.harness.limits import Charge, QuotaCharge, period_end


@dataclass(frozen=True, slots=True)
class Asking:
    """The limit as it stands for a call.

    Attributes:
        key: the counter's key.
        tokens_per_minute: the rate, or None.
        quota: tokens per period, or None.
        period: Hourly, Daily, Weekly, Monthly or Yearly; empty without quota.
        estimates: the prompt is estimated before the call.
    """

    key: str
    tokens_per_minute: int | None
    quota: int | None
    period: str
    estimates: bool


@dataclass(frozen=True, slots=True)
class Names:
    """Headers and variables that show a limit; empty for none."""

    retry_header: str
    retry_variable: str
    remaining_variable: str
    remaining_quota_variable: str
    consumed_variable: str
    remaining_header: str
    remaining_quota_header: str
    consumed_header: str

    @property
    def shows_usage(self) -> bool:
        """Whether anything must be known before the answer's headers leave."""
        return bool(
            self.remaining_header or self.remaining_quota_header or self.consumed_header
            or self.remaining_variable or self.remaining_quota_variable or self.consumed_variable
        )  # fmt: skip


class Ticket:
    """A call and a limit."""

    def __init__(self, call: Call, asking: Asking, names: Names, place: Place) -> None:
        self._call, self._asking, self._names, self._place = call, asking, names, place
        self._prompt = 0
        self._rate_charge: Charge | None = None
        self._quota_charge: QuotaCharge | None = None
        self._consumed: int | None = None

    def admit(self) -> None:
        """Lets the call pass and registers what follows the answer.

        Raises:
            PolicyFault: 429 or 403.
        """
        call, asking = self._call, self._asking
        if asking.estimates:
            self._prompt = estimate.prompt_tokens(call.asked)
        if fault := self._refusal():
            if self._names.retry_variable and fault.headers:
                call.set_variable(self._names.retry_variable, int(fault.headers[0][1]))
            raise PolicyFault(fault)
        if self._prompt:
            self._charge(self._prompt)
        self._show_variables(self._prompt)
        call.accounting.listeners.append(self._settle)
        call.accounting.wants_texts = True
        call.before_outbound.append(self._before_outbound)

    def _refusal(self) -> Fault | None:
        call, asking, clock = self._call, self._asking, self._call.state.clock
        header = self._names.retry_header
        if asking.tokens_per_minute is not None:
            counters = call.state.counters
            wait = counters.wait(asking.key, asking.tokens_per_minute, self._prompt, clock.monotonic())
            if wait != 0:
                seconds = None if wait is None else max(1, math.ceil(wait))
                return errors.token_limit(seconds, header, self._place)
        now = clock.now()
        quotas = call.state.quotas
        if asking.quota is not None and not quotas.admits(
            asking.key, asking.period, asking.quota, self._prompt, now
        ):
            seconds = max(1, math.ceil((period_end(now, asking.period) - now).total_seconds()))
            return errors.token_quota(seconds, header, self._place)
        return None

    def _charge(self, tokens: int) -> None:
        state, asking = self._call.state, self._asking
        if asking.tokens_per_minute is not None:
            now = state.clock.monotonic()
            self._rate_charge = state.counters.charge(asking.key, tokens, asking.tokens_per_minute, now)
        if asking.quota is not None:
            self._quota_charge = state.quotas.charge(asking.key, asking.period, tokens, state.clock.now())

    def _settle(self, measured: Measured) -> None:
        """Counts what the call used; an estimate made before gives way."""
        tokens = self._used(measured)
        self._consumed = tokens
        if not self._prompt:
            if tokens:
                self._charge(tokens)
            return
        state, asking = self._call.state, self._asking
        if self._rate_charge:
            state.counters.settle(asking.key, self._rate_charge, tokens)
        if self._quota_charge:
            state.quotas.settle(asking.key, asking.period, self._quota_charge, tokens)

    def _used(self, measured: Measured) -> int:
        if measured.stream:
            prompt = self._prompt or estimate.prompt_tokens(self._call.asked)
            return prompt + estimate.text_tokens(measured.answer)
        return (measured.input_tokens or 0) + (measured.output_tokens or 0)

    async def _before_outbound(self) -> None:
        """Shows the counters; a document is read first, so that they hold its usage, a stream never is."""
        call, names = self._call, self._names
        response = call.response
        if response is None or not names.shows_usage:
            return
        if call.accounting.is_document(response.headers.get("Content-Type")):
            await call.load_response()
            call.accounting.settle()
        consumed = self._consumed
        self._show_variables(self._prompt if consumed is None else consumed)
        for header, value in (
            (names.remaining_header, self._remaining()),
            (names.remaining_quota_header, self._remaining_quota()),
            (names.consumed_header, consumed),
        ):
            if header and value is not None:
                response.headers.replace(header, [str(value)])
        call.respond(response)

    def _show_variables(self, consumed: int) -> None:
        for variable, value in (
            (self._names.remaining_variable, self._remaining()),
            (self._names.remaining_quota_variable, self._remaining_quota()),
            (self._names.consumed_variable, consumed),
        ):
            if variable and value is not None:
                self._call.set_variable(variable, value)

    def _remaining(self) -> int | None:
        state, asking = self._call.state, self._asking
        if asking.tokens_per_minute is None:
            return None
        return state.counters.remaining(asking.key, asking.tokens_per_minute, state.clock.monotonic())

    def _remaining_quota(self) -> int | None:
        state, asking = self._call.state, self._asking
        if asking.quota is None:
            return None
        return state.quotas.remaining(asking.key, asking.period, asking.quota, state.clock.now())
