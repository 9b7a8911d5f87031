"""Every check by name. A check looks at the scenes of a test and says what it sees; the kit says how serious it is."""

from __future__ import annotations

from collections.abc import Mapping

from emulator.certification.checks.attachments import ATTACHMENTS, RESULTS
from emulator.certification.checks.basics import BASICS
from emulator.certification.checks.courses import COURSES
from emulator.certification.checks.delivery import DELIVERY
from emulator.certification.checks.downloads import DOWNLOADS, SERVERS
from emulator.certification.checks.papers import PAPERS
from emulator.certification.checks.provider import PROVIDER
from emulator.certification.checks.pushes import PUSHES
from emulator.certification.checks.takeovers import TAKEOVERS
from emulator.certification.checks.token_requests import ADDRESSES, TOKEN_REQUESTS
from emulator.certification.checks.tokens import TOKENS
from emulator.certification.finding import CheckOf

_PUSHING = {**TOKEN_REQUESTS, **ADDRESSES, **DELIVERY, **PUSHES, **COURSES}
_KHO_DL = {**PAPERS, **SERVERS, **DOWNLOADS, **ATTACHMENTS, **RESULTS, **PROVIDER}
CHECKS: Mapping[str, CheckOf] = {**BASICS, **TOKENS, **_PUSHING, **TAKEOVERS, **_KHO_DL}
