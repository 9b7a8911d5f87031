"""Every check by name. A check looks at the scenes of a test and says what it sees; the kit says how serious it is."""

from __future__ import annotations

from collections.abc import Mapping

from emulator.certification.checks.basics import BASICS
from emulator.certification.checks.delivery import DELIVERY
from emulator.certification.checks.downloads import ATTACHMENTS, DOWNLOADS, RESULTS, SERVERS
from emulator.certification.checks.papers import PAPERS, PROVIDER
from emulator.certification.checks.pulls import TAKEOVERS
from emulator.certification.checks.pushes import COURSES, PUSHES
from emulator.certification.checks.tokens import ADDRESSES, TOKEN_REQUESTS, TOKENS
from emulator.certification.scenes import CheckOf

_PUSHING = {**TOKEN_REQUESTS, **ADDRESSES, **DELIVERY, **PUSHES, **COURSES}
_KHO_DL = {**PAPERS, **SERVERS, **DOWNLOADS, **ATTACHMENTS, **RESULTS, **PROVIDER}
CHECKS: Mapping[str, CheckOf] = {**BASICS, **TOKENS, **_PUSHING, **TAKEOVERS, **_KHO_DL}
