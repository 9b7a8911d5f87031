"""Mistakes in scenarios of language 2: ``‸`` stands where each is told, the words are part of what is said."""

from __future__ import annotations

HEAD = """\
schema_version: "2"
id: thu
title: {vi: Thử, en: Test}
purpose: {vi: Thử, en: Test}
source: ours
good_client: {vi: Thử, en: Test}
"""
_REFUSE = ", refuse: {status: 503}}]"
_SS = "VN:GOV:000.00.00.H22:hagiangvdxpsvc01"
_HANOI = "VN:GOV:000.00.00.H26:hanoivdxpsvc01"
_LIKE = "like: 000.00.15.G07-261105-0501"


def _when(conditions: str, on: str = "btxh.DongBoDVC") -> str:
    return f"steps: [{{on: {on}, when: {conditions}{_REFUSE}"


def _step(words: str, on: str = "btxh.DongBoDVC") -> str:
    return f"steps: [{{on: {on}, {words}}}]"


def _later(effect: str) -> str:
    return f"timeline: [{{after: P1D, do: {effect}}}]"


CONDITIONS = (
    (_when("{‸clock.weekday: monday}"), "không có “monday”; gần nhất: “mon”"),
    (_when("{‸clock.time: '8:00'}"), "cần giờ trong ngày"),
    (_when("{‸clock.time: {greater: 25:00}}"), "cần giờ trong ngày"),
    (_when("{‸clock.date: 2026-12-04}"), "cần ngày dd/MM/yyyy"),
    (_when("{‸clock.weekday: {greater: mon}}"), "không có thứ tự"),
    (_when("{‸dossier.status: 99}"), "không có “99”"),
    (_when("{‸dossier.status: dang-xu-ly}"), "không có “dang-xu-ly”"),
    (_when("{‸agency: H99}"), "agency: không có “H99”"),
    (_when("{‸method: post}"), "gần nhất: “POST”"),
    (_when("{‸since: PT1S}"), "dùng less, greater hoặc between"),
    (_when("{since: ‸{less: 1 giây}}"), "since so với một khoảng thời gian"),
    (_when("{‸extent//TenTep: {contains: a}}", "btxh.DanhSachHoSo"), "không có trường “CertificateExtentData”"),
    (_when("{‸extent//TenTepDinhKemm: {contains: a}}"), "gần nhất: “TenTepDinhKem”"),
    (_when('{‸"extent///TenTep": a}'), "không phải chỗ nào của lời gọi"),
    (_when('{‸"extent//[": a}'), "không phải chỗ nào của lời gọi"),
    (_when("{‸body.CertificateExtentData.Ten: a}"), "là chữ, bên trong không có trường; XML: extent//"),
    (_when('{‸"body.MaHoSo[*]": a}'), "MaHoSo là chữ"),
    (_when("{‸body.data.MaHoSo: a}", "dvcqg.mapi.DongBoHoSoMC"), "data là danh sách: data[*].MaHoSo"),
    (_when('{‸"body.data[*].MaHoSoo": a}', "dvcqg.mapi.DongBoHoSoMC"), "gần nhất: “MaHoSo”"),
    (_when("{‸/data/0/MaHoSoo: a}", "dvcqg.mapi.DongBoHoSoMC"), "gần nhất: “MaHoSo”"),
    (_when("{‸body.MaHoSo: a}", "dvcqg.province-push"), "body là danh sách: body.*.MaHoSo"),
    (_when("{‸body.grant_type: a}", "ndxp.token"), "ndxp.token không có thân JSON"),
    (_when("{‸body.a: a}", "province.download"), "province.download không có thân JSON"),
    (_when("{‸header.X-Á: a}"), "không phải tên header"),
    (_when("{‸body.MaHoSo: {between: [b, a]}}"), "between cần [nhỏ, lớn]"),
    (_when("{‸body.NgayTiepNhan: {greater: 2026-12-04}}"), "là thời điểm: so với dd/MM/yyyy"),
    (_when("‸{}"), "Điều kiện rỗng"),
    (_when("{any: ‸[]}"), "Danh sách rỗng"),
    (_when("{any: ‸x}"), "Cần các dòng “tên: giá trị”"),
    (_when("{body.MaHoSo: ‸{}}"), "Điều kiện rỗng"),
    (_when("{‸body.MaHoSo: {present: false, equals: x}}"), "loại trừ nhau"),
    (_when("{‸body.MaHoSo: {equals: x, not: x}}"), "loại trừ nhau"),
    (_when("{‸body.MaHoSo: {greater: 5, less: 3}}"), "loại trừ nhau"),
    (_when("{all: [{body.MaHoSo: x}, {‸body.MaHoSo: y}]}"), "loại trừ nhau"),
    (_when("{any: [{body.MaTTHC: x}, {body.MaHoSo: ‸{matches: '(a+)+'}}]}"), "có thể chạy mãi"),
)
STEPS = (
    (_step("count_by: ‸window, at_most: 1, refuse: {status: 503}"), "window chỉ có ở outages"),
    (_step("count_by: ‸state, at_most: 1, refuse: {status: 503}"), "kịch bản không có trạng thái"),
    (_step("count_by: ‸dossier, at_most: 1, refuse: {status: 503}", "ndxp.token"), "không nêu dossier nào"),
    (_step("count_by: ‸person, delay: 5", "btxh.XuLyHoSo"), "không nêu person nào"),
    (_step("nth: ‸{from: 2, to: 3, every: 5}, delay: 5"), "Không có lần nào như thế"),
    (_step("nth: ‸{from: 1, to: 999999, every: 1000000}, delay: 5"), "Không có lần nào như thế"),
    (_step("patch: ‸{a: 1}", "province.download"), "trả tệp, không phải JSON"),
    (_step('headers: {‸"X A": b}'), "không phải tên header"),
    (_step('headers: {X-A: ‸"Tiếng Việt"}'), "Header chỉ mang chữ Latin-1"),
    (_step('headers: {X-A: ‸"a\\r\\nSet-Cookie: x"}'), "Header chỉ mang chữ Latin-1 trên một dòng"),
    (_step('headers: {‸Content-Length: "5"}'), "do đường truyền tự đặt"),
    (_step("answer: {headers: {‸Transfer-Encoding: chunked}}"), "do đường truyền tự đặt"),
    (_step('answer: {headers: {X-A: ‸"Tiếng Việt"}}'), "Header chỉ mang chữ Latin-1"),
    (_step("answer: {status: 204, body: ‸x}"), "Trả lời 204 không có thân"),
    (_step("delay: ‸P10D"), "Dài nhất là PT10M"),
    (_step("delay: ‸99999999999999"), "Dài nhất là PT10M"),
    (_step("faults: ‸[slow-drip, slow-drip]"), "slow-drip không có tác dụng: đã có ở trên"),
    (_step("faults: ‸[CONNECTION_RESET_BY_PEER, EMPTY_RESPONSE]"), "đã kết thúc đường truyền"),
    (
        _step("faults: ‸[truncated-file, token-expired]", "[btxh.DongBoDVC, province.download]"),
        "Không dịch vụ nào có cả các lỗi này",
    ),
    (
        _step("effects: [{when: ‸before, after: P1D, do: {kind: set, settings: {pull_limit: 3}}}]"),
        "không đi cùng after",
    ),
    (
        _step("effects: [{when: ‸during, after: P1D, do: {kind: set, settings: {pull_limit: 3}}}]"),
        "không đi cùng after",
    ),
    (_step('refuse: {status: 503, message: ‸"{{call.body.MaHoSoo}}"}'), "không có trường “MaHoSoo”; gần nhất"),
    (_step('refuse: {status: 503, message: ‸"{{call.body.MaHoSo"}'), "không có “}}” theo sau"),
    (_step("state: ‸b, delay: 5"), "Không gì dẫn tới trạng thái “b”"),
    (
        "steps: [{on: btxh.X*, goto: c, state: Started, delay: 5}, {on: btxh.D*, state: ‸d, delay: 5}]",
        "Không gì dẫn tới trạng thái “d”",
    ),
    ("machines: {m: {start: a, states: {a: {}}}}\nsteps: [{on: btxh.*, goto: ‸b}]", "Thiếu “machine”: có m"),
    ("machines: ‸{thu: {start: a, states: {a: {}}}}\nstart: b\nstates: {b: {}}", "states đã là chuỗi “thu”"),
    ("start: ‸a\nsteps: [{on: btxh.*, delay: 5}]", "start mà không có states"),
    (
        "start: a\nstates: {a: {effects: [{when: ‸before, do: {kind: set, settings: {pull_limit: 3}}}]}}",
        "“when” chỉ có ở bước",
    ),
    (
        'params: {a: [1, 2]}\nsteps: [{on: btxh.*, refuse: {status: 503, message: ‸"x {{params.a}}"}}]',
        "phải đứng một mình",
    ),
)
TIMES = (
    ("outages: [‸{on: ndxp.token, at: 04/12/2026 08:00:00, for: PT0S}]", "hoặc bằng 0"),
    ("outages: [‸{on: ndxp.token, daily: '01:00', for: P2D}]", "for dài hơn chu kỳ daily"),
    ("outages: [{on: ndxp.token, at: ‸04/12/9999 08:00:00, for: PT1H}]", "Chỉ từ năm 2000 đến 2099"),
    ("outages: [{on: ndxp.token, at: 04/12/2026 08:00:00, for: ‸P9999999D}]", "Dài nhất là P36525D"),
    ("timeline: [{at: ‸'0001-01-01T00:00:00+14:00', do: {kind: retire-host, host: x}}]", "Chỉ từ năm 2000"),
    ("timeline: [{after: ‸P99999999D, do: {kind: downtime, minutes: 3}}]", "Dài nhất là P36525D"),
    ("timeline: [{daily: ‸'24:00', do: {kind: downtime, minutes: 3}}]", "Cần giờ trong ngày: HH:mm"),
    ("timeline: [{daily: ‸1:00, do: {kind: downtime, minutes: 3}}]", "Cần giờ trong ngày: HH:mm"),
    ("timeline: [‸{daily: '01:00', weekly: fri 08:00, do: {kind: downtime, minutes: 3}}]", "Cần đúng một trong"),
    (
        "timeline: [{weekly: ‸fri 08:00, do: {kind: retire-host, host: dichvucong.hagiang.gov.vn}}]",
        "chỉ xảy ra được một lần",
    ),
    ("timeline: [{weekly: ‸Friday 08:00, do: {kind: downtime, minutes: 3}}]", "Cần thứ và giờ"),
)
EFFECTS = (
    (_later("‸{kind: set, settings: {pul_limit: 3}}"), "không có thiết lập này"),
    (_later("{kind: set, settings: ‸{}}"), "không có thiết lập nào"),
    (_later("{kind: set, settings: ‸abc}"), "phải là đối tượng"),
    (_later("‸{kind: enter, machine: x, state: y, effects: []}"), "enter là việc nội bộ"),
    (
        _later("{kind: again, every_ms: 60000, do: {kind: tls, host: ‸dichvucong.hagiang.gov.vnn, state: ok}}"),
        "gần nhất: “dichvucong.hagiang.gov.vn”",
    ),
    (_later("{kind: again, every_ms: 60000, do: {kind: move, dossier: ‸khong-co, status: 4}}"), "dossier: không có"),
    (_later("{kind: move, dossier: 000.00.15.G07-261105-0501, status: ‸99}"), "không có trạng thái này"),
    (_later('{kind: move, dossier: ‸"{{call.body.MaHoSo}}", status: 4}'), "không được điền ở đây"),
    (_later(f"{{kind: rename-server, from: '{_SS}', to: ‸'{_HANOI}'}}"), "đã là của hệ thống khác"),
    (_later(f"{{kind: rename-server, from: '{_SS}', to: ‸'{_SS}'}}"), "đã là của hệ thống khác"),
    (_later(f"{{kind: rename-server, from: '{_SS}', to: ‸''}}"), "cần đúng bốn phần"),
    (_later(f"{{kind: rename-server, from: ‸'{_SS}x', to: 'VN:GOV:000.00.00.H22:a'}}"), f"gần nhất: “{_SS}”"),
    (_later("{kind: agency, code: ‸'', name: a}"), "không phải mã cơ quan"),
    (_later(f"‸{{kind: withdraw, provider: '{_HANOI}', subject: '{_SS}'}}"), "không có quyền nào trên"),
    (_later(f"{{kind: grant, provider: '{_SS}', subject: ‸'VN:KHONG:CO:X'}}"), "subject: không có"),
    (_later("{kind: downtime, minutes: ‸-5}"), "phải từ 1 đến"),
    (_later("{kind: retire-host, host: ‸dichvucong.hagiang.gov.vnn}"), "gần nhất: “dichvucong.hagiang.gov.vn”"),
    (_later("{kind: state, name: ‸thu, value: x}"), "name: không có “thu”"),
    (_later("{kind: application, procedure: ‸'9.999999'}"), "procedure: không có “9.999999”"),
)
FIXTURES = (
    ("fixtures: {people: [{‸HoVaTenn: A, HoVaTen: B, CMND: '999090000001'}]}", "gần nhất: “HoVaTen”"),
    ("fixtures: {people: [‸{HoVaTen: Nguyễn A}]}", "Thiếu trường bắt buộc CMND"),
    ("fixtures: {people: [{HoVaTen: A, CMND: ‸'123'}]}", "bắt đầu bằng 999"),
    (
        "fixtures: {people: [{HoVaTen: A, CMND: '999090000001', NgayThangNamSinh: ‸31/02/1990}]}",
        "không phải ngày dd/MM/yyyy",
    ),
    ("fixtures: {papers: [‸{SoDinhDanhh: '1'}]}", "Thiếu trường SoDinhDanhChuSoHuu"),
    ("fixtures: {papers: [{‸SoDinhDanhh: '1'}]}", "Trường lạ"),
    ("fixtures: {agencies: [‸{MACOQUAN: H99}]}", "Thiếu trường bắt buộc TENCOQUAN"),
    ("fixtures: {agencies: [{‸MACOQUANN: H99, TENCOQUAN: A}]}", "gần nhất: “MACOQUAN”"),
    ("fixtures: {agencies: [{MACOQUAN: H99, TENCOQUAN: A, DSTCODE: ‸x}]}", "không phải DSTCODE"),
    ("fixtures: {subsystems: [‸{MACOQUAN: H98}]}", "Thiếu trường bắt buộc TENCOQUAN"),
    (
        "fixtures: {subsystems: [{MACOQUAN: H98, TENCOQUAN: Y, DSTCODE: 'VN:GOV:000.00.00.H98:y', service: ‸rets}]}",
        "gần nhất: “rest”",
    ),
    ("fixtures: {hosts: [{name: k.example.vn, subsystem: ‸'VN:GOV:KHONG', service: files}]}", "không có hệ thống con"),
    (f"fixtures: {{hosts: [{{name: k.example.vn, subsystem: '{_SS}', service: ‸filess}}]}}", "gần nhất: “files”"),
    (f"fixtures: {{hosts: [‸{{subsystem: '{_SS}', service: files}}]}}", "Thiếu trường bắt buộc name"),
    (
        f"fixtures: {{hosts: [{{name: k.example.vn, subsystem: '{_SS}', service: files, is_up: ‸co}}]}}",
        "is_up: “co” không phải một trong: 0, 1",
    ),
    ("fixtures: {files: [{host: ‸k.example.vn, path: /a.pdf, name: a.pdf, text: x}]}", "không có máy chủ"),
    (
        "fixtures: {files: [{host: dichvucong.hagiang.gov.vn, path: ‸a.pdf, name: a.pdf, text: x}]}",
        "phải bắt đầu bằng /",
    ),
    (
        "fixtures: {files: [{host: dichvucong.hagiang.gov.vn, path: /a.pdf, name: a.pdf, ‸txt: x, text: x}]}",
        "gần nhất: “text”",
    ),
    ("fixtures: {files: [‸{host: dichvucong.hagiang.gov.vn, path: /a.pdf, name: a.pdf}]}", "Thiếu nội dung tệp"),
    (
        "fixtures: {files: [{host: dichvucong.hagiang.gov.vn, path: /a, name: a, file: ‸../../../etc/passwd}]}",
        "gói không có tệp này",
    ),
    (f"fixtures: {{rights: [{{provider: ‸'VN:GOV:KHONG', subject: '{_SS}'}}]}}", "provider: không có hệ thống con"),
    (f"fixtures: {{rights: [‸{{provider: '{_SS}'}}]}}", "Thiếu trường bắt buộc subject"),
    (f"fixtures: {{dossiers: [{{{_LIKE}, MaHoSo: ‸xyz}}]}}", "không phải mã hồ sơ"),
    (f"fixtures: {{dossiers: [{{{_LIKE}, MaTTHC: ‸'9.999999'}}]}}", "không có thủ tục “9.999999”"),
    (
        f"fixtures: {{dossiers: [{{{_LIKE}, MaHoSo: 000.00.15.G07-261105-7777}},\n"
        f"  ‸{{{_LIKE}, MaHoSo: 000.00.15.G07-261105-7777}}]}}",
        "đã có ở dòng 7",
    ),
    ("fixtures: {steps: [{‸like: 000.00.15.G07-261105-0501}]}", "Trường lạ “like”"),
    ("fixtures: {papers: [{SoDinhDanhChuSoHuu: ‸{a: b}}]}", "phải là chuỗi"),
    ("fixtures: {dossiers: [{like: ‸[a], MaHoSo: b}]}", "Cần một chuỗi chữ"),
    ("fixtures: {dossiers: ‸[]}", "Danh sách rỗng"),
)
WHOLE = (
    (
        'params: {a: ‸"{{params.b}}", b: 1}\nsteps: [{on: btxh.*, refuse: {status: 503, message: "{{params.a}}"}}]',
        "không được điền ở đây",
    ),
    ("params: {a: hai}\nsteps: [{on: btxh.*, delay: ‸'{{params.a}}'}]", "Cần một khoảng thời gian"),
    ("use: [{fragment: tu-choi-mot-lan, with: {vaue: ‸a}}]", "gần nhất: “value”"),
    ("use: [{fragment: tu-choi-mot-lan, ‸wth: {value: a}}]", "gần nhất: “with”"),
    ("use: [‸{with: {}}]", "Thiếu “fragment”"),
    ("extends: ‸thu\nsteps: [{on: btxh.*, delay: 5}]", "Không có kịch bản “thu”"),
    ("steps: [{on: btxh.*, faults: [{name: slow-drip, bytess: ‸3}]}]", "gần nhất: “bytes”"),
    ("steps: [{on: btxh.*, faults: [{name: slow-drip, bytes: ‸-3}]}]", "bytes phải từ 1"),
)
COSTLY = (
    (_step('refuse: {status: 503, message: ‸"\\ud800"}'), "Nửa cặp thay thế"),
    (_when("{body.MaHoSo: ‸{matches: '" + "a|" * 600 + "'}}"), "dài hơn 1000 ký tự"),
    (_when("{body.MaHoSo: ‸{matches: 'a{99999999999}'}}"), "lặp quá nhiều"),
    ("use: ‸[" + "tu-choi-mot-lan, " * 51 + "tu-choi-mot-lan]", "Nhiều nhất 50 mảnh"),
    (
        "params: {a: "
        + "x" * 100_000
        + "}\n"
        + _step("refuse: {status: 503, message: ‸'" + "{{params.a}}" * 20 + "'}"),
        "dài hơn 1 MB",
    ),
)
MISTAKES = (*CONDITIONS, *STEPS, *TIMES, *EFFECTS, *FIXTURES, *WHOLE, *COSTLY)
