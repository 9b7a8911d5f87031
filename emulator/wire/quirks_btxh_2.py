"""Rows B26 to B50: flags (see ``quirks.quirk``) and text."""

from __future__ import annotations

ROWS: tuple[tuple[str, str], ...] = (
    ("RAA", """B26 | CMND_NgayCap | dd/MM/yyyy | with a time | a day only | a time is taken and dropped"""),
    (
        "RAA",
        """B27 | CMND_NoiCap | String of 250, "place of issue" | the JSON number 1047, an id of the annex
     | an id of the annex, as a string | a number is taken too""",
    ),
    (
        "RAA",
        """B28 | CMND_Noicap | spelled so in the table of the final result | CMND_NoiCap
     | CMND_NoiCap | upper and lower case do not matter in a field name""",
    ),
    (
        "RAA",
        """B29 | NOHT_MaThon | called a code, described as a name; 10 characters where HKTT_MaThon has 250
     | a name of 12 characters in both | 10 characters | 250 characters""",
    ),
    (
        "RAA",
        """B30 | administrative units | at most 10 characters in a push, 20 in a pull | 2, 3 and 5 digits
     | exactly the digits of the catalogue | spaces are dropped and zeros put in front""",
    ),
    (
        "RAA",
        """B31 | field names | NoiNopHoSo | the final sample has a space in front of the name
     | the name with a space is unknown, the mandatory field missing | spaces around a name are dropped""",
    ),
    (
        "AAA",
        """B32 | HoSoCoThanhPhanSoHoa | 0 no, 1 yes | 0 while every document says DuocSoHoa 1
     | a flag that disagrees with the documents is noted""",
    ),
    (
        "AAA",
        """B33 | TaiKhoanDuocXacThucVoiVNeID | 0 yes, 1 no | its neighbours, the indicators and clients say 1 is yes
     | read as printed | 1 is read as yes; a setting chooses; every mode notes which was meant""",
    ),
    (
        "RAA",
        """B34 | MaCSDL | one mandatory value, none for "no database" | the national portal takes a list
     | one of 1 to 7 | several, between commas""",
    ),
    ("AAA", """B35 | StatusId of a final result | - | "1" | any status; another than 9 or 10 is noted"""),
    (
        "RAA",
        """B36 | SubmittedDate | dd/MM/yyyy HH:mm:ss | replies in two forms; a client spells SubmitedDate
     | the table's form and name | the client's spelling and the reply's form are taken; replies as each sample""",
    ),
    (
        "AAA",
        """B37 | order of times | - | received a second before it was submitted; in a reply a day before
     | submitted after received is noted: the sample does so""",
    ),
    (
        "AAA",
        """B38 | UrlDetail | a page of the local portal | a page of the ministry | the host is noted, not checked""",
    ),
    (
        "AAA",
        """B39 | field 44 | CertificateExtendedData | CertificateExtentData, everywhere else
     | the sample's name; the table's name is taken and noted: there the table is wrong""",
    ),
    (
        "AAA",
        """B40 | XML, submitted documents | DanhsachTaiLieuNop | DanhSachTaiLieuNop in requests
     | both names; any other case is refused | upper and lower case do not matter""",
    ),
    (
        "AAA",
        """B41 | XML, results | DanhsachGiayToKetQua in one table and in replies | DanhSachGiayToKetQua in requests
     | both names in requests, small s in replies | requests: upper and lower case do not matter; replies as printed""",
    ),
    (
        "SSS",
        """B42 | XML of a pulled dossier | - | opens DanhSachTaiLieuNop and closes DanhsachTaiLieuNop
     | well-formed, small s | well-formed; a setting prints the sample's mistake""",
    ),
    (
        "RAA",
        """B43 | XML declaration | - | one of four samples is well-formed; others end in > or ?'> | must be well-formed
     | the declaration is mended and noted; none at all is fine""",
    ),
    (
        "AAA",
        """B44 | XML root | - | ExtentData declares two namespaces that nothing uses
     | taken with and without them""",
    ),
    (
        "AAA",
        """B45 | XML fields | no table at all | empty, "0" and constant values
     | what differs from the emulator's own published list of fields is noted; true and false are read as 1 and 0""",
    ),
    ("AAA", """B46 | DuocTaiSuDung | - | 0; clients also send 1 and 2 | 2 and any other value are noted"""),
    (
        "AAA",
        """B47 | result paper | - | KQ.G07.000290, and a PDF that bears the name of a submitted spreadsheet;
     a client sends the procedure's code | a code of another form, or a submitted file's name, is noted""",
    ),
    ("SSS", """B48 | DongBoDVC, DanhSachHoSo | one address for two services | - | LoaiDuLieu decides"""),
    (
        "RRA",
        """B49 | mandatory lists | documents for a new dossier, documents and results for a final one
     | a final reply has an empty list of results, and says it is new
     | lists must be there, and a final result needs a paper | as strict: every sample has them | noted""",
    ),
    ("RAA", """B50 | XuLyHoSo dates | dd/MM/yyyy | all with a time | a day only | both; the time is kept"""),
)
