"""The routes of certification. What they need is imported when the first of them is called."""

from __future__ import annotations

from emulator.admin.visit import Answer, Handler, Visit


def _later(name: str) -> Handler:
    def handler(visit: Visit) -> Answer:
        from emulator.admin import attempts

        answer: Answer = getattr(attempts, name)(visit)
        return answer

    return handler


ATTEMPT_ROWS: tuple[tuple[str, str, Handler, str, str], ...] = (
    ("GET", "/kits", _later("kits"), "Các bộ kiểm thử", "The kits in the box"),
    ("GET", "/attempts", _later("listed"), "Các lượt kiểm thử", "All attempts"),
    ("POST", "/attempts", _later("opened"), "Mở lượt kiểm thử", "Open an attempt"),
    ("GET", "/attempts/{attempt}", _later("shown"), "Một lượt kiểm thử", "One attempt, as it stands"),
    ("POST", "/attempts/{attempt}/greet", _later("greeted"), "Gọi thử", "A small task before the first scene"),
    ("GET", "/attempts/{attempt}/diagnosis", _later("diagnosed"), "Chẩn đoán cấu hình", "Is the client set up rightly"),
    ("POST", "/attempts/{attempt}/begin", _later("begun"), "Bắt đầu cảnh kế tiếp", "Begin the next scene"),
    ("POST", "/attempts/{attempt}/end", _later("ended"), "Kết thúc cảnh", "End the scene"),
    ("POST", "/attempts/{attempt}/declare", _later("declared"), "Ghi lời khai", "Write a declaration down"),
    ("POST", "/attempts/{attempt}/close", _later("closed"), "Đóng lượt kiểm thử", "Close the attempt"),
    ("GET", "/attempts/{attempt}/report", _later("report"), "Báo cáo", "The report"),
    ("GET", "/attempts/{attempt}/evidence", _later("evidence"), "Chứng cứ để đóng gói", "Evidence for a bundle"),
)
