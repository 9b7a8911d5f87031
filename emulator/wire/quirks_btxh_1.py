"""Rows B01 to B25: flags (see ``quirks.quirk``) and text."""

from __future__ import annotations

ROWS: tuple[tuple[str, str], ...] = (
    (
        "RAA",
        """B01 | every API | header AccessKey is listed with no value; Authorization is listed nowhere
     | a province client puts AcceptKey into the body
     | Bearer token; AccessKey only when the account was given one
     | a key in the AccessKey header, in the body as AcceptKey or in lgspaccesstoken is taken and noted""",
    ),
    (
        "RRA",
        """B02 | every API | the header is called ContentType | HTTP calls it Content-Type
     | the HTTP name, saying JSON
     | another type is refused; an absent header is noted, and the document's name ContentType counts too | noted""",
    ),
    (
        "RAA",
        """B03 | BTXH 2 | the pair is named consumer_key/secret_key, consumer-key:consumer-secret and secret_key | -
     | HTTP Basic | client_id and client_secret in the form are taken too""",
    ),
    ("SSS", """B04 | BTXH 2.1.3 | scope is always "default" | am_application_scope default | the sample's value"""),
    ("SSS-", """B05 | BTXH 2.1.3 | descriptions stand one column too far to the right | - | nothing on the wire"""),
    (
        "RAA",
        """B06 | addresses | /apiBTXH/1.0/X | a province client calls /apiBTXH/X
     | only the address with a version | the address without a version leads to the same API""",
    ),
    (
        "SSS",
        """B07 | reply of a push | flat error_code and message, printed as prose | pulls wrap theirs in result
     | flat for pushes, wrapped for pulls""",
    ),
    (
        "SSS",
        """B08 | reply of a push | no type and no list of error codes; 0 means done | the pulls print the number 0
     | a number | a number; a setting makes it a string""",
    ),
    (
        "SSS-",
        """B09 | headings | contents list, headings and bookmarks number the services differently | -
     | services are cited by name""",
    ),
    (
        "SSS-",
        """B10 | BTXH 3, list | service 5 is progress and 6 the result | the chapters come the other way round
     | nothing on the wire""",
    ),
    (
        "SSS-",
        """B11 | BTXH 3, list | services 1 and 2 optional, 3 mandatory, 4 to 6 blank | -
     | only the final result is mandatory""",
    ),
    ("RAA", """B12 | DongBoDVC LoaiDuLieu | String | JSON numbers 1 and 100 | a string only | a string or a number"""),
    (
        "RAA",
        """B13 | pull LoaiDuLieu | String of one character | must be able to hold "100"
     | "1" or "100", as a string: the table's length is wrong | a number is taken too""",
    ),
    ("AAA", """B14 | TienTrinhXuLy | has no LoaiDuLieu | the sample sends "100" | noted and ignored"""),
    (
        "RAA",
        """B15 | HinhThucTra | 0 or 1, mandatory | a date and time, in both samples; a reply shows "1"
     | a value outside the list is refused | a date is taken, noted, and kept as null""",
    ),
    (
        "RAA",
        """B16 | MaHoSo | at most 25 characters in a push, 50 in a step | newer codes can be longer than 25
     | the limits as printed | 50 everywhere""",
    ),
    (
        "RAA",
        """B17 | MaHoSo | its date is the day of receipt (TT 01/2018/TT-VPCP, art. 19)
     | codes of 221209 and 221129 received on 08/12/2022 | must be the day of NgayTiepNhan | noted""",
    ),
    (
        "AAA",
        """B18 | MaHoSo | - | a local push carries a code of the ministry (G07)
     | a unit in front that is not the account's is noted: the sample itself does so""",
    ),
    (
        "AAA",
        """B19 | KenhThucHien | the column of requirements is blank | always sent
     | optional, 1 to 3; its absence is noted, since indicator 3.3 then counts the dossier as direct""",
    ),
    (
        "RAA",
        """B20 | NgayThangNamSinh | dd/MM/yyyy | replies add a time; one sample is born on the filing day
     | a day alone
     | a time is taken and dropped, and printed in replies | a time is taken and dropped; replies print the day""",
    ),
    (
        "RAA",
        """B21 | GioiTinhId | "giới tính", String of 50 | the annex lists 1034 and 1035
     | an id of the annex | 1 and 2 are read as 1034 and 1035""",
    ),
    (
        "RAA",
        """B22 | DanTocId | the annex gives an id (29 to 82) and the GSO code (1 to 54), always 28 apart
     | requests print "1", a reply prints "0"
     | a GSO code; 55 to 82 and 0 are refused; 29 to 54 are noted, and a setting chooses the column
     | 55 to 82 become the GSO code; 29 to 54 as in strict; 0 means unknown""",
    ),
    (
        "RAA",
        """B23 | CMND | personal identity number, at most 25 characters | twelve digits that begin with no province
     | must be an identity number that can exist | noted""",
    ),
    (
        "RAA",
        """B24 | LoaiDinhDanh | 1 citizen card, 2 identity card, 3 tax code | 2 with a number of twelve digits
     | the number must have the form of its kind | noted""",
    ),
    (
        "RAA",
        """B25 | identity and birth | - | a number of a woman born last century, with a birth date in 2022
     | sex, century and year in the number must agree with the form | noted""",
    ),
)
