"""`DateTime`, `TimeSpan` and `DateTimeOffset`: ticks of 100 ns since year 1, time zone UTC.

Source: https://learn.microsoft.com/dotnet/api/system.datetime (.NET Core 3.1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, out_of_range

SECOND = 10_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86400 * SECOND
MAX_TICKS = 3155378975999999999
EPOCH_TICKS = 621355968000000000
UNSPECIFIED, UTC_KIND, LOCAL = 0, 1, 2
_EPOCH = datetime(1, 1, 1)
_UNREPRESENTABLE = "The added or subtracted value results in an un-representable DateTime."


@dataclass(frozen=True, slots=True, order=True)
class TimeSpan:
    """A duration in ticks."""

    ticks: int

    ty = t.TIMESPAN

    def net_text(self) -> str:
        """The format `c`: `[-][d.]hh:mm:ss[.fffffff]`."""
        return self.net_format("c")

    def net_format(self, pattern: str) -> str:
        """The duration in a format."""
        from gatewright.apim.expressions.format_dates import format_timespan

        return format_timespan(self.ticks, pattern)

    def json_text(self) -> str:
        """As Newtonsoft writes it."""
        return self.net_text()


@dataclass(frozen=True, slots=True)
class DateTime:
    """A moment: ticks and kind (0 unspecified, 1 UTC, 2 local). Comparison looks at ticks alone."""

    ticks: int
    kind: int = UNSPECIFIED

    ty = t.DATETIME

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DateTime) and other.ticks == self.ticks

    def __lt__(self, other: DateTime) -> bool:
        return self.ticks < other.ticks

    def __gt__(self, other: DateTime) -> bool:
        return self.ticks > other.ticks

    def __le__(self, other: DateTime) -> bool:
        return self.ticks <= other.ticks

    def __ge__(self, other: DateTime) -> bool:
        return self.ticks >= other.ticks

    def __hash__(self) -> int:
        return hash(self.ticks)

    @property
    def date(self) -> datetime:
        """The calendar date and time to the microsecond."""
        return _EPOCH + timedelta(microseconds=self.ticks // 10)

    def add(self, ticks: int, name: str = "value") -> DateTime:
        """A later or earlier moment of the same kind.

        Raises:
            NetError: ArgumentOutOfRangeException outside years 1 to 9999.
        """
        total = self.ticks + ticks
        if not 0 <= total <= MAX_TICKS:
            raise out_of_range(name, _UNREPRESENTABLE)
        return DateTime(total, self.kind)

    def net_text(self) -> str:
        """The general format of the invariant culture, `MM/dd/yyyy HH:mm:ss`."""
        return self.date.strftime("%m/%d/") + f"{self.date.year:04d}" + self.date.strftime(" %H:%M:%S")

    def net_format(self, pattern: str) -> str:
        """The moment in a format."""
        from gatewright.apim.expressions.format_dates import format_datetime

        return format_datetime(self, pattern, 0)

    def json_text(self) -> str:
        """ISO 8601 as Newtonsoft writes it: no trailing zeros in the fraction."""
        moment = self.date
        fraction = f"{self.ticks % SECOND:07d}".rstrip("0")
        zone = {UNSPECIFIED: "", UTC_KIND: "Z", LOCAL: "+00:00"}[self.kind]
        text = f"{moment.year:04d}" + moment.strftime("-%m-%dT%H:%M:%S")
        return text + (f".{fraction}" if fraction else "") + zone


@dataclass(frozen=True, slots=True)
class DateTimeOffset:
    """A moment with its offset from UTC; `ticks` is the local clock. Comparison looks at UTC."""

    ticks: int
    offset: int

    ty = t.make("DateTimeOffset")

    @property
    def utc_ticks(self) -> int:
        """Ticks in UTC."""
        return self.ticks - self.offset

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DateTimeOffset) and other.utc_ticks == self.utc_ticks

    def __lt__(self, other: DateTimeOffset) -> bool:
        return self.utc_ticks < other.utc_ticks

    def __gt__(self, other: DateTimeOffset) -> bool:
        return self.utc_ticks > other.utc_ticks

    def __le__(self, other: DateTimeOffset) -> bool:
        return self.utc_ticks <= other.utc_ticks

    def __ge__(self, other: DateTimeOffset) -> bool:
        return self.utc_ticks >= other.utc_ticks

    def __hash__(self) -> int:
        return hash(self.utc_ticks)

    def net_text(self) -> str:
        """`MM/dd/yyyy HH:mm:ss zzz`."""
        return self.net_format("MM/dd/yyyy HH:mm:ss zzz")

    def net_format(self, pattern: str) -> str:
        """The moment in a format."""
        from gatewright.apim.expressions.format_dates import format_datetime

        return format_datetime(DateTime(self.ticks, UNSPECIFIED), pattern, self.offset, True)

    def json_text(self) -> str:
        """ISO 8601 as Newtonsoft writes it."""
        from gatewright.apim.expressions.format_dates import zone_text

        return DateTime(self.ticks, UNSPECIFIED).json_text() + zone_text(self.offset)


def from_python(moment: datetime) -> DateTime:
    """An aware Python time as a UTC DateTime."""
    naive = moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    span = naive - _EPOCH
    return DateTime((span.days * 86400 + span.seconds) * SECOND + span.microseconds * 10, UTC_KIND)


def from_timedelta(span: timedelta) -> TimeSpan:
    """A Python duration."""
    return TimeSpan((span.days * 86400 + span.seconds) * SECOND + span.microseconds * 10)


def of_date(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0, ms: int = 0
) -> int:
    """Ticks of a calendar date.

    Raises:
        NetError: ArgumentOutOfRangeException.
    """
    try:
        moment = datetime(year, month, day)
    except (ValueError, OverflowError) as fault:
        text = "Year, Month, and Day parameters describe an un-representable DateTime."
        raise NetError("ArgumentOutOfRangeException", text) from fault
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
        text = "Hour, Minute, and Second parameters describe an un-representable DateTime."
        raise NetError("ArgumentOutOfRangeException", text)
    if not 0 <= ms < 1000:
        raise out_of_range("millisecond", "Valid values are between 0 and 999, inclusive.")
    days = (moment - _EPOCH).days
    return days * DAY + hour * HOUR + minute * MINUTE + second * SECOND + ms * 10_000


_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,}))?(?:([Zz])|([+-])(\d\d):?(\d\d)?)?\Z", re.ASCII
)
_MS_DATE = re.compile(r"/Date\((-?\d+)([+-]\d{4})?\)/\Z", re.ASCII)


def iso_datetime(text: str) -> DateTime | None:
    """A JSON string that Newtonsoft takes for a date; an offset gives local time (UTC here)."""
    found = _ISO.match(text)
    if found is None:
        old = _MS_DATE.match(text)
        if old is None:
            return None
        return DateTime(EPOCH_TICKS + int(old.group(1)) * 10_000, LOCAL if old.group(2) else UTC_KIND)
    year, month, day, hour, minute, second = (int(x) for x in found.groups()[:6])
    if hour == 24 and not (minute or second):
        return None
    try:
        ticks = of_date(year, month, day, hour, minute, second)
    except NetError:
        return None
    ticks += int((found.group(7) or "").ljust(7, "0")[:7])
    if found.group(9):
        offset = int(found.group(10)) * HOUR + int(found.group(11) or 0) * MINUTE
        ticks += -offset if found.group(9) == "+" else offset
        return DateTime(ticks, LOCAL)
    return DateTime(ticks, UTC_KIND if found.group(8) else UNSPECIFIED)
