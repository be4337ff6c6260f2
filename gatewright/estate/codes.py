"""The faults of configuration, `CFG105` and up (`CFG100` to `CFG104` belong to the YAML reader)."""

from __future__ import annotations

from gatewright.diagnostics import Code, Severity

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO

UNKNOWN_ENVIRONMENT = Code(
    "CFG105", "unknown-environment", _E, "The environment has no file in environments/.", unreadable=True
)
EMPTY_VALUE = Code("CFG106", "empty-value", _E, "A key has nothing after its colon.")
NOT_A_MAPPING = Code("CFG107", "not-a-mapping", _E, "A configuration file or section is no mapping.")
STRAY_FILE = Code("CFG108", "stray-file", _E, "A YAML file stands where it would never be read.")

UNKNOWN_KEY = Code("CFG110", "unknown-key", _E, "A key that nothing reads.")
MISSING_KEY = Code("CFG111", "missing-key", _E, "A key that is required is absent.")
ABOVE_CEILING = Code("CFG112", "limit-above-ceiling", _E, "A tenant's limit exceeds its plan's ceiling.")
BAD_VALUE = Code("CFG113", "bad-value", _E, "A value is of the wrong kind or out of range.")
WRONG_UNIT = Code("CFG114", "wrong-unit", _E, "A quantity, duration or percentage cannot be read.")
BAD_NAME = Code("CFG115", "bad-name", _E, "A name breaks the rule for names of its kind.")
UNSAFE_TEXT = Code("CFG116", "unsafe-text", _E, "A text holds characters that no text may hold.")
BAD_URL = Code("CFG117", "bad-url", _E, "An endpoint's URL is not one that the gateway may call.")
NOT_A_PERIOD = Code("CFG118", "not-a-calendar-period", _E, "Quotas and budgets count in calendar periods.")

UNKNOWN_REFERENCE = Code("CFG120", "unknown-reference", _E, "A name that nothing declares.")
DUPLICATE_ID = Code("CFG121", "duplicate-id", _E, "Two declarations share one id.")
FILE_NAME = Code("CFG122", "file-name-differs", _E, "A file is not called as what it declares.")
ID_COLLISION = Code("CFG123", "id-collision", _E, "Two entities would get one id in API Management.")
ID_TOO_LONG = Code("CFG124", "id-too-long", _E, "An id would be longer than API Management accepts.")
SHARED_SECRET = Code("CFG125", "shared-secret", _E, "Two tenants would share one subscription key.")
RESERVED_SECRET = Code("CFG126", "reserved-secret", _E, "A tenant names a secret of the platform.")

NO_LIMIT = Code("CFG130", "model-without-limit", _E, "A tenant may use a model without any limit.")
TOO_MANY_TENANTS = Code("CFG131", "too-many-tenants", _E, "More tenants than the tier allows products.")
MANY_TENANTS = Code("CFG132", "many-tenants", _W, "Nearly as many tenants as the tier allows products.")
TIER_LACKS = Code("CFG133", "tier-lacks-feature", _E, "The tier does not support what is configured.")
TIER_STREAMS = Code("CFG134", "tier-does-not-stream", _W, "The tier does not support streamed answers.")

POOL_TOO_LARGE = Code("CFG140", "pool-too-large", _E, "A pool has more members than API Management accepts.")
POOL_MIXES_VECTORS = Code("CFG141", "pool-mixes-vectors", _E, "One embeddings alias serves different models.")
POOL_MIXES_MODELS = Code("CFG142", "pool-mixes-models", _W, "One chat alias serves different models.")
NO_FAILOVER = Code("CFG143", "fallback-never-used", _W, "A lower priority group would never be used.")
BREAKER_ON_530 = Code("CFG144", "breaker-covers-530", _E, "A breaker counts faults of the metering proxy.")
BREAKER_NOT_502 = Code("CFG145", "breaker-misses-502", _W, "A breaker ignores an unreachable endpoint.")
UNUSED_DEPLOYMENT = Code("CFG146", "unused-deployment", _I, "A deployment serves no model alias.")
POOL_REPEATS = Code("CFG147", "pool-repeats-member", _E, "A deployment stands twice in one pool.")

QUOTA_BELOW_RATE = Code("CFG150", "quota-below-rate", _W, "One minute at the rate exhausts the quota.")
ABOVE_INT32 = Code("CFG151", "beyond-32-bits", _W, "A limit larger than API Management documents.")
LONG_TIMEOUT = Code("CFG152", "long-timeout", _W, "A timeout that API Management may not honour.")
NO_MODEL = Code("CFG153", "tenant-without-models", _W, "A tenant may use no model at all.")

NOT_RENDERED = Code("CFG190", "not-rendered-yet", _E, "A feature that this version cannot render yet.")
