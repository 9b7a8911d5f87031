"""What citizens filed on the ministry's portal comes to the province: list, files, and one word that it arrived."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote, unquote, urlsplit
from xml.etree import ElementTree as ET

from tests.clients.reference.forms import Forms, second
from tests.clients.reference.gateway import TRIES, Gateway, Refused
from tests.clients.reference.memory import Memory
from tests.clients.reference.wire import Lost, Reply, Wire

Words = dict[str, Any]
NEW, RESULT, STEPS = "1", "100", "steps"
FILED, ISSUED = ("danhsachtailieunop", "DuongDanTaiTepTin"), ("danhsachgiaytoketqua", "DuongDanTepTinKetQua")
HANOI = timezone(timedelta(hours=7))
JUST_FILED, FINISHED = "1", ("9", "10")


class NotWhole(Exception):
    """A dossier cannot be taken over as it is; a person must look at it."""


class Pulls:
    """BTXH 3.1.4 to 3.1.6. A window begins where the last good one ended, both ends count; codes tell what is new."""

    context: Words
    wire: Wire
    memory: Memory
    forms: Forms
    gateway: Gateway
    log: list[str]

    def pull_dossiers(self, task: Words) -> None:
        for now in task.get("moments", [task["now"]]):
            self.fetch(NEW, task | {"now": now}, self.take_over)

    def pull_results(self, task: Words) -> None:
        self.fetch(RESULT, task, self.keep_result)

    def pull_steps(self, task: Words) -> None:
        steps = self.listed("TienTrinhXuLy", STEPS, task)
        if steps is None:
            return
        self.memory.put(f"end of {STEPS}", task["now"])
        if any(self.status_of(step) in FINISHED for step in steps):
            self.pull_results(task)

    def status_of(self, step: Words) -> str:
        return str(step["trangThai"])

    def fetch(self, kind: str, task: Words, handle: Any) -> None:
        """Fetch one window and handle each dossier by itself: one that is not whole does not hold the others up."""
        items = self.listed("DanhSachHoSo", kind, task)
        if items is None:
            return
        for item in items:
            try:
                handle(item, task)
            except (NotWhole, Refused, Lost) as trouble:
                self.log.append(f"{item['maHoSo']}: {trouble}")
        self.memory.put(f"end of {kind}", task["now"])

    def listed(self, operation: str, name: str, task: Words) -> list[Words] | None:
        """Return what a window holds, or None when the ministry said no or nothing: then it is asked for again."""
        try:
            return self.items(self.gateway.call(operation, self.question(name, task)))
        except (Refused, Lost) as trouble:
            self.log.append(f"{operation}: {trouble}")
            return None

    def question(self, name: str, task: Words) -> Words:
        """``LoaiDuLieu`` belongs to DanhSachHoSo alone; an empty district or commune means all of them."""
        kind = {} if name == STEPS else {"LoaiDuLieu": name}
        first, last = self.window(name, task)
        place = {"MaTinh": task["province"], "MaHuyen": task["district"], "MaXa": ""}
        return kind | place | {"ThoiGianBatDau": second(first), "ThoiGianKetThuc": second(last)}

    def window(self, name: str, task: Words) -> tuple[str, str]:
        return self.memory.get(f"end of {name}", task["since"]), task["now"]

    def items(self, told: Words) -> list[Words]:
        """``data`` may be null, and null is an empty list."""
        return list(told.get("data") or [])

    def take_over(self, item: Words, task: Words) -> None:
        """Read a dossier, fetch its files, report it as received; once, however often it is listed."""
        code = item["maHoSo"]
        if self.is_known(code) or item["statusId"] != JUST_FILED:
            return
        self.record(item)
        for link in self.links(item, *FILED):
            self.keep(link)
        self.report(item, task)
        self.memory.put("taken over", [*self.memory.get("taken over", []), code])

    def is_known(self, code: str) -> bool:
        return code in self.memory.get("taken over", [])

    def keep_result(self, item: Words, _task: Words) -> None:
        """A result belongs to a dossier, known or not; what its ``loaiDuLieu`` says does not make it a new one."""
        for link in self.links(item, *ISSUED):
            self.keep(link)

    def record(self, item: Words) -> Words:
        """What the counter's own database keeps of a dossier."""
        return {
            "code": item["maHoSo"],
            "procedure": self.procedure(item),
            "name": item["hoVaTen"],
            "born_on": self.day(item["ngayThangNamSinh"]),
            "submitted_at": self.moment(item["submittedDate"]),
            "phone": self.text(item["soDienThoai"]),
        }

    def procedure(self, item: Words) -> str:
        return f"{item['maTTHC']} {item['tenTTHC']}"

    def text(self, value: str | None) -> str:
        return (value or "").strip()

    def day(self, text: str | None) -> str:
        """A day, with or without a time behind it (BTXH 3.1.4 prints both)."""
        return self.read(text.split()[0], "%d/%m/%Y").date().isoformat() if text else ""

    def read(self, text: str, form: str) -> datetime:
        return datetime.strptime(text, form).replace(tzinfo=HANOI)

    def moment(self, text: str | None) -> str:
        """BTXH 3.1.4 prints ``2022-12-09 13:53:25``, 3.1.5 ``08/12/2022 13:53:25``."""
        if not text:
            return ""
        form = "%Y-%m-%d %H:%M:%S" if text[4:5] == "-" else "%d/%m/%Y %H:%M:%S"
        return self.read(text, form).isoformat()

    def links(self, item: Words, group: str, name: str) -> list[str]:
        """The links in the XML inside the JSON; its list names come with a large or a small s."""
        root = self.tree(item["certificateExtentData"])
        rows = [row for child in root if child.tag.lower() == group for row in child]
        return [link for row in rows if row.findtext("IsDeleted") != "1" and (link := row.findtext(name))]

    def tree(self, text: str | None) -> ET.Element:
        if not text:
            return ET.Element("ExtentData")
        try:
            return ET.fromstring(text)
        except ET.ParseError as trouble:
            raise NotWhole(f"CertificateExtentData: {trouble}") from None

    def keep(self, link: str) -> bytes:
        """Fetch a file from where the context says its host is to be found.

        Raises:
            NotWhole: there is no such file, or what came is none.
        """
        for number in range(1, TRIES + 1):
            try:
                reply = self.wire.send("GET", self.address(link), {"Accept": "*/*"})
            except Lost:
                reply = Reply(0, {}, b"")
            if 0 < reply.status < 500:
                break
            self.wire.pause(0.1 * 2**number)
        if not self.is_file(reply):
            raise NotWhole(f"{link}: {reply.status} {reply.header('Content-Type')}, {len(reply.body)} byte")
        return reply.body

    def address(self, link: str) -> str:
        parts = urlsplit(link)
        host = self.context["hosts"].get(parts.netloc, f"{parts.scheme}://{parts.netloc}")
        return host + quote(unquote(parts.path), safe="/&=+,;@:!$'()*") + (f"?{parts.query}" if parts.query else "")

    def is_file(self, reply: Reply) -> bool:
        """An error page is no file, whatever its status; nor is nothing."""
        is_page = reply.header("Content-Type").startswith("text/html") or reply.body.lstrip()[:1] == b"<"
        return reply.status == 200 and bool(reply.body) and not is_page

    def report(self, item: Words, task: Words) -> None:
        """Tell the ministry that the province has the dossier: one step "Được tiếp nhận" (BTXH 3.1.2)."""
        step = {
            "status": {"name": "Được tiếp nhận"},
            "handled_at": task["now"],
            "started_on": task["now"],
            "due_on": task["now"],
            "officer": task["officer"],
            "unit": item["donViXuLy"],
            "note": "Đã tiếp nhận hồ sơ từ Cổng dịch vụ công của Bộ",
        }
        self.gateway.call("XuLyHoSo", self.forms.step(item["maHoSo"], step))
