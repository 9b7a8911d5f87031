"""Rows K02 to K31 that the portal meets: flags (see ``quirks.quirk``) and text."""

from __future__ import annotations

ROWS: tuple[tuple[str, str], ...] = (
    (
        "RAA",
        """K02 | KDL V.1 | fields Session, Madonvi, Service | session, madonvi, service
     | lower case only | taken without regard to case""",
    ),
    (
        "SSS",
        """K03 | KDL V.1, V.2 | the session comes from section 5.3, the token from API 1 | neither section has a login
     | two logins, mapi/login and bndp/public/v1/login, as clients call them""",
    ),
    (
        "SSS",
        """K04 | KDL V.1, V.2 | session in the body, token in Authorization with no scheme named | -
     | two separate credentials; the token is taken raw and after Bearer""",
    ),
    ("SSS", """K05 | KDL V.1, reply | - | the array result is never closed: not JSON | valid JSON"""),
    (
        "SSS",
        """K06 | KDL V.1, reply | - | result alone, no error_code and no message
     | error_code, message and result; a setting leaves result alone""",
    ),
    (
        "SSS",
        """K07 | KDL V.1, reply | DSTCODE of agencies | one of them is VN:COM:<tax code>:<service>
     | members of class COM are listed like the others""",
    ),
    (
        "SSS",
        """K08 | KDL V.1, V.2 | MACOQUAN in upper case, MaKetQua in Pascal case | same | each service as printed""",
    ),
    (
        "RAA",
        """K09 | KDL V.2, request | - | a comma before the closing brace: not JSON
     | refused | the comma is taken off and noted""",
    ),
    ("RAA", """K10 | KDL V.2 row 1 | MaThuTuc | other services say MaTTHC | MaThuTuc only | MaTTHC is taken too"""),
    (
        "RAA",
        """K11 | KDL V.2 rows 3, 4 | on channel 1 the requester is the officer | requester and owner are one number
     | refused | taken and noted""",
    ),
    (
        "RAA",
        """K12 | KDL V.2 rows 4, 5 | described for channels 1 and 3, required for filing in person | -
     | required for 1 and 3 | required for 1, noted for 3""",
    ),
    (
        "RAA",
        """K13 | KDL V.2 rows 3, 4 | CCCD or tax code | numbers of 9 digits
     | 12 digits or a tax code | 9 digits are taken too""",
    ),
    (
        "SSS",
        """K14 | KDL V.2 SoKyHieu | required where one code has several papers; always required in the reply
     | empty in the request | asked for by the catalogue of results; the reply prints what the paper has""",
    ),
    (
        "SSS",
        """K15 | KDL V.2, reply | TenTep | TenFile | TenTep | both; a setting chooses one""",
    ),
    (
        "SSS",
        """K16 | KDL V.2, reply | MACOQUAN 000.00.00.G22 | CoQuanChuQuan G22.99
     | the full form | the short form; a setting chooses; emulator/wire/agency_codes.py joins them""",
    ),
    (
        "SSS",
        """K17 | KDL V.2, reply | - | the codes returned were not asked for, one code has two names
     | only what was asked for | same; a setting returns every paper""",
    ),
    (
        "SSS",
        """K18 | KDL II.2, V.2 | KQ.G15.000007 | 000.00.00.G01-KQ0266 | two grammars of result codes, one catalogue""",
    ),
    (
        "SSS",
        """K19 | KDL V.2, reply | errorCode as a string; signature unexplained | "0", "Signature"
     | a string; signature is a constant""",
    ),
    (
        "RAA",
        """K26 | screens | MaThuTuc 1.001193 | 1.003709.000.00.00.H34
     | the national form only | the local suffix is taken off and noted""",
    ),
    ("SSS-", """K27 | screens | MaHoSo | three shapes: 000.00.03.H10-…, H34.4-…, H47.23-… | old and new unit codes"""),
    (
        "RRR",
        """K28 | screens | KQ.G15.000007 | KQ.015.000007, in which the scan read G as 0
     | refused | refused, with the code that was meant""",
    ),
    ("SSS-", """K29 | KDL II.1 | a guide of 27/02/2024 | its file is stamped 20230912 | nothing on the wire"""),
    (
        "RRR",
        """K30 | KDL V.3 | codes must belong to the procedure, else "không hợp lệ"; no code, no body | -
     | errorCode -6, ours""",
    ),
    (
        "SSS",
        """K31 | KDL V.3 | papers come back "nếu có"; the empty reply is not shown | -
     | errorCode 0 and an empty list | same; a setting prints result null""",
    ),
)
