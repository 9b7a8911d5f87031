"""Rows B51 to B75: flags (see ``quirks.quirk``) and text."""

from __future__ import annotations

ROWS: tuple[tuple[str, str], ...] = (
    ("AAA", """B51 | XuLyHoSo | - | due at 09:53 on the day it starts at 18:53 | due before the start is noted"""),
    ("SSS-", """B52 | XuLyHoSo | - | an officer of one commune, the unit of another | nothing is checked"""),
    (
        "AAA",
        """B53 | XuLyHoSo | UseridEdited and DateCreated are Strings | null, while DateEdited is set
     | null stands for an optional value; an edit without editor or creation is noted""",
    ),
    (
        "AAA",
        """B54 | DonViXuLy | mandatory and 500 in a push, optional and 250 in a step | null in a reply
     | as printed; its absence from a step is noted""",
    ),
    (
        "RAA",
        """B55 | times of a pull | String of twelve digits | 19 characters, dd/MM/yyyy HH:mm:ss
     | 19 characters: the table is wrong | twelve digits too, yyyyMMddHHmm or ddMMyyyyHHmm""",
    ),
    ("SSS", """B56 | ThoiGianKetThuc | described as the beginning | - | the end of the window, which belongs to it"""),
    (
        "SSS",
        """B57 | meaning of the window | not said | a dossier of 08/12 in a window of 01/12 to 11/12
     | dossiers by NgayTiepNhan, results by the moment they were given, steps by ThoiDiemXuLy
     | the same; a setting chooses another time""",
    ),
    (
        "SSS",
        """B58 | paging, order, time zone | nothing | nothing | no pages, oldest first, +07:00
     | the same; a setting limits the number""",
    ),
    ("AAA", """B59 | MaHuyen, MaXa of a pull | optional | "" | empty and null mean all"""),
    (
        "SSS",
        """B60 | names in replies | requests use PascalCase | camelCase with hktT_, cmnD_, maTTHC
     | the .NET camel-case rule applied to the request's name""",
    ),
    (
        "SSS",
        """B61 | reply of TienTrinhXuLy | the request says StatusId | trangThai, certificateType, phongBanXuLy
     | as the sample | as the sample; a setting adds statusId""",
    ),
    ("SSS", """B62 | reply of TienTrinhXuLy | NguoiXuLy | nguaiXuLy, twice | nguoiXuLy | both names"""),
    (
        "SSS",
        """B63 | reply of TienTrinhXuLy | - | status 1 with the text of 2; a step that starts after it was handled
     | consistent data | consistent data; the sample's on request""",
    ),
    ("SSS", """B64 | absent values | - | null in replies, "" in requests | null in replies | both are read"""),
    (
        "RAA",
        """B65 | places of issue | two departments and 60 provinces | Cao Bằng, Ninh Thuận and Cà Mau have no id;
     1246 is the only hole | an id of the list
     | 1246 is taken for Cà Mau, a guess; the other two as free text""",
    ),
    (
        "RAA",
        """B66 | places of issue | old names; no issuers since 2024 | - | the list only | free text, noted""",
    ),
    ("RRR", """B67 | statuses | 13 rows: 1 to 11, 13 and 14 | there is no 12 | 12 is refused"""),
    ("SSS-", """B68 | ethnic groups | several spellings are unusual | - | only ids count"""),
    (
        "RRR",
        """B69 | procedures | the column named "số hồ sơ TTHC" holds the procedure's code | "Như trên"
     | only the eleven procedures""",
    ),
    ("AAA", """B70 | lengths | "ký tự" | - | code points of the composed form (NFC); a decomposed text is noted"""),
    ("SSS-", """B71 | cover letter | dispatch 324 | the annexed letter is 342 | 342 is cited"""),
    ("SSS-", """B72 | annex 2 | two headings have the number 1 | - | nothing on the wire"""),
    (
        "RAA",
        """B73 | administrative units | the district is mandatory | districts ended on 01/07/2025
     | as the catalogue's date says | an empty district is taken""",
    ),
    (
        "AAA",
        """B74 | MaLinhVuc | G07-LD03 | the ministry G07 was dissolved in 2025
     | taken; noted when the catalogue is later than that""",
    ),
    (
        "AAA",
        """B75 | attachments | - | addresses on http(s) hosts; no rule for size, type, hash or access
     | any address; one that is not http(s) is noted""",
    ),
)
