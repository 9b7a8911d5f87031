"""What is compared between two platforms and what must differ anyway. Ours, but for the names of the fields."""

from __future__ import annotations

import re

STABLE_ANSWER_HEADERS = re.compile(
    r"content-type|cache-control|pragma|www-authenticate|allow|retry-after|content-disposition|x-frame-options|"
    r"x-content-type-options|x-xss-protection|access-control-.*|content-language",
    re.IGNORECASE,
)
"""Headers that belong to what a platform says; the others are written by each server on the way."""

COMPARED_HEADER_VALUES = frozenset(
    {"content-type", "cache-control", "allow", "x-frame-options", "x-content-type-options"}
)

VOLATILE_HEADERS = re.compile(
    r"date|server|via|age|content-length|transfer-encoding|connection|keep-alive|set-cookie|etag|last-modified|expires|"
    r"vary|alt-svc|strict-transport-security|nel|report-to|content-encoding|accept-ranges|x-request-id|x-correlation-id|"
    r"x-trace.*|traceparent|activityid|x-road-.*|cf-.*|x-cache.*|x-powered-by|x-envoy-.*|x-amz.*|x-ndxp-.*|x-served-by|"
    r"content-security-policy|referrer-policy|permissions-policy|p3p|location",
    re.IGNORECASE,
)
"""Headers of machines, balancers and moments: never a drift."""

CODES = frozenset({"error_code", "errorcode", "code", "error", "token_type", "type"})
"""Fields (lower case) whose values, not only shapes, must agree; all others may hold other data."""

STATE_RULES = frozenset({"unknown-dossier", "other-person"})
"""The emulator's rules that say no because a fresh one does not hold what the platform held."""

PSEUDONYM_RULES = frozenset({"tax-code"})
"""Rules that a pseudonym breaks by its nature: a tax code that nobody has cannot have the right check digit."""
