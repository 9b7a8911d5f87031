"""Rows of KDL V.1 to V.3 that the adapters meet, and two of its text: flags (see ``quirks.quirk``) and text."""

from __future__ import annotations

ROWS: tuple[tuple[str, str], ...] = (
    (
        "RAA",
        """K01 | KDL V.1 | mapi/call without dstcode and providerurl | V.2 has both; clients use query or header
     | a dstcode is needed, in the query or in a header | mapi/… goes to the portal's subsystem""",
    ),
    ("SSS", """K20 | KDL V.1 to V.3 | XrdAdapter | VXPAdapter | both, one router"""),
    (
        "SSS",
        """K21 | KDL V.2, V.4 | vpccpdvcqgsub01 | vpcpcdvcqgsub01; clients say vpcpdvcprovider
     | one subsystem in three spellings, listed in the pack""",
    ),
    (
        "SSS",
        """K22 | KDL V.3 | DuongDan is a link of the agency | DuongDan is an adapter's link with the words IP-SS-BNĐP
     | both are served; the words left in are refused""",
    ),
    (
        "RAA",
        """K23 | KDL V.3 | no rule how a link is encoded | links printed with letters that no URL may hold
     | characters outside ASCII must be percent-encoded | taken as they are, and noted""",
    ),
    (
        "SSS-",
        """K24 | text | refers to sections 3.1, 4.1, 5.1 to 5.3 | headings are I to V | nothing on the wire""",
    ),
    ("SSS-", """K25 | text | Trục liên thông văn bản quốc gia (VDXP) | VXP and VDXP are mixed | nothing on the wire"""),
)
