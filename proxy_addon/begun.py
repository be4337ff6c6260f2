"""The begin of an attempt in the journal: the record that is true if nothing more is heard of it."""

from __future__ import annotations

from datetime import datetime
from json.encoder import encode_basestring_ascii as _text

from gatewright.metering.record import VERSION, Settlement, UsageSource, write_time
from proxy_addon.admission import Admitted, Prepared

DETAIL = "no_end_in_journal"
_KNOWN = (
    f'"usage_source":"{UsageSource.MISSING}","settlement":"{Settlement.CRASHED}",'
    f'"error_type":"{Settlement.CRASHED}","usage_detail":"{DETAIL}"'
)


def begun(record_id: str, time: datetime, admitted: Admitted, prepared: Prepared) -> str:
    """JSON of the `crashed` record of an attempt that is about to be forwarded; ids alone, no content."""
    who, route = admitted.attribution, admitted.route
    user = f',"user":{_text(who.user)}' if who.user is not None else ""
    return (
        f'{{"version":{VERSION},"record_id":{_text(record_id)},"time":"{write_time(time)}",{_KNOWN},'
        f'"tenant":{_text(who.tenant)},"subscription":{_text(who.subscription)}{user},'
        f'"backend":{_text(route.backend)},"region":{_text(route.region)},'
        f'"provider_name":{_text(route.provider)},"operation_name":{_text(admitted.operation.name)},'
        f'"request_model":{_text(who.model)},"deployment":{_text(route.deployment)},'
        f'"request_id":{_text(who.request_id)},"stream":{"true" if prepared.asked.stream else "false"}}}'
    )
