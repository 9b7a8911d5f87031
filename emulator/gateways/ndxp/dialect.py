"""What differs between releases of the product, one value a profile (facts-gateway A1 to A8)."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.world.settings import Profile

_OLD_MISSING = (
    "Required OAuth credentials not provided. Make sure your API invocation call has a header: "
    '"{header}: Bearer ACCESS_TOKEN"'
)
# It says "Invalid" where it means "Missing": so does the product.
_NEW_MISSING = (
    "Invalid Credentials. Make sure your API invocation call has a header: '{header} : Bearer ACCESS_TOKEN' or "
    "'{header} : Basic ACCESS_TOKEN' or 'apikey: API_KEY'"
)
_REALM = 'realm="WSO2 API Manager"'
_OLD_CORS = "authorization,Access-Control-Allow-Origin,Content-Type,SOAPAction"
_NEW_CORS = f"{_OLD_CORS},apikey,testKey"


@dataclass(frozen=True, slots=True)
class Dialect:
    """One release. ``flat`` marks 4.x: flat JSON faults, ``Retry-After``, CORS headers on pre-flights only."""

    flat: bool
    challenge: str
    invalid_advice: str
    missing: str
    forbidden: str
    cors_headers: str
    forced_scope: str
    wrong_pair_says: str
    raw_exceptions: bool
    challenges_unknown_client: bool

    @property
    def takes_validity_period(self) -> bool:
        """Tell whether the handler that forces a scope and reads ``validity_period`` is there (A1)."""
        return bool(self.forced_scope)


_APIM_26 = Dialect(
    flat=False,
    challenge=f"OAuth2 {_REALM}",
    invalid_advice="Make sure you have given the correct access token",
    missing=_OLD_MISSING,
    forbidden="Access failure for API: {base}, version: {version} status: (900908) - Resource forbidden ",
    cors_headers=_OLD_CORS,
    forced_scope="am_application_scope",
    wrong_pair_says="Client Authentication failed.",
    raw_exceptions=True,
    challenges_unknown_client=False,
)
_APIM_32 = Dialect(
    flat=False,
    challenge=f'OAuth2 {_REALM}, error="invalid_token", error_description="The access token expired"',
    invalid_advice="Make sure you have provided the correct security credentials",
    missing=_NEW_MISSING,
    forbidden=_APIM_26.forbidden,
    cors_headers=_NEW_CORS,
    forced_scope="am_application_scope",
    wrong_pair_says="Client Authentication failed.",
    raw_exceptions=False,
    challenges_unknown_client=False,
)
_APIM_4X = Dialect(
    flat=True,
    challenge=f'Bearer {_REALM}, error="invalid_token", error_description="The provided token is invalid"',
    invalid_advice=_APIM_32.invalid_advice,
    missing=_NEW_MISSING,
    forbidden="User is NOT authorized to access the Resource. API Subscription validation failed.",
    cors_headers=_NEW_CORS,
    forced_scope="",
    wrong_pair_says="Client credentials are invalid.",
    raw_exceptions=False,
    challenges_unknown_client=True,
)
DIALECTS: dict[Profile, Dialect] = {"apim-2.6": _APIM_26, "apim-3.2": _APIM_32, "apim-4.x": _APIM_4X}
