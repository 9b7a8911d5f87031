"""Khách NDXP mẫu, chỉ dùng thư viện chuẩn · A sample NDXP client, standard library only.

Chạy · Run:   python3 client.py          một hồ sơ trọn vòng: token, hồ sơ, bước xử lý, kết quả, lấy hồ sơ
              python3 client.py sai      hồ sơ có thủ tục sai, để xem bị từ chối ra sao · a refused dossier
Mã thoát · Exit: 0 xong · 1 bị từ chối, người phải sửa · 2 không gọi được, thử lại sau
"""

import base64
import http.client
import json
import os
import random
import subprocess
import sys
import time
import unicodedata
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path
from xml.etree import ElementTree as ET

SHARED = Path(__file__).resolve().parent.parent
FORMS = json.loads((SHARED / "bieu-mau.json").read_text("utf-8"))
TRIES = 4
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Refused(Exception):
    """Dịch vụ trả lời "không": gửi lại y nguyên cũng vô ích · Sending the same again would not help."""


class Unreachable(Exception):
    """Không có câu trả lời dùng được sau vài lần thử · No usable answer after several tries."""


# ---- Cổng: token, gọi, thử lại có chừng mực · The gateway ----


class Gateway:
    def __init__(self, base, pair, state_dir=None, now=None):
        self.base, self.pair = base.rstrip("/"), pair
        self.file = Path(state_dir) / "token.json" if state_dir else None
        self.kept = json.loads(self.file.read_text("utf-8")) if self.file and self.file.exists() else None
        self.ahead = datetime.fromisoformat(now).timestamp() - time.time() if now else 0

    def token(self, renew=False):
        """Dùng lại token; chỉ xin mới khi sắp hết hạn hoặc khi gặp 401 · Reuse, renew when due."""
        now = time.time() + self.ahead
        if self.kept and not renew and now < self.kept["until"] - 30:
            return self.kept["token"]
        pair = base64.b64encode(f"{self.pair['consumer_key']}:{self.pair['consumer_secret']}".encode()).decode()
        form = {"Authorization": f"Basic {pair}", "Content-Type": "application/x-www-form-urlencoded"}
        status, _, body = self.send("/token", form, b"grant_type=client_credentials")
        if status != 200:
            raise Refused(f"token: {status} {body.decode('utf-8', 'replace')[:200]}")
        said = json.loads(body)
        self.kept = {"token": said["access_token"], "until": now + said["expires_in"]}
        if self.file:
            self.file.write_text(json.dumps(self.kept), "utf-8")
        return self.kept["token"]

    def call(self, operation, body):
        """Gọi một dịch vụ. HTTP 200 chưa phải thành công: error_code mới quyết định (BTXH 3.1)."""
        content = json.dumps(body, ensure_ascii=False).encode()
        for renew in (False, True):  # 401: xin token mới đúng một lần · one renewal, no loop
            headers = {
                "Authorization": f"Bearer {self.token(renew)}",
                "Content-Type": "application/json; charset=utf-8",
            }
            status, _, reply = self.send(f"/apiBTXH/1.0/{operation}", headers, content)
            if status != 401:
                break
        text = reply.decode("utf-8-sig", "replace")
        if status != 200:
            raise Refused(f"{status} {text[:200]}")
        said = json.loads(text)
        said = said.get("result", said)
        if str(said.get("error_code")) != "0":
            raise Refused(f"{said.get('error_code')} {said.get('message')}")
        return said

    def send(self, path, headers, body):
        """Chỉ thử lại khi mất kết nối, 429, 5xx, trang HTML hoặc JSON cụt; nghỉ dài dần · Passing troubles only."""
        trouble = ""
        for number in range(1, TRIES + 1):
            try:
                reply = self.once(path, headers, body)
                if not is_passing(reply):
                    return reply
                trouble, pause = f"HTTP {reply[0]}", wait_s(reply, number)
            except (OSError, http.client.HTTPException) as lost:
                trouble, pause = str(getattr(lost, "reason", lost)), 0.1 * 2**number
            if number < TRIES:
                time.sleep(pause)
        raise Unreachable(f"{self.base}{path}: {trouble}")

    def once(self, path, headers, body):
        request = urllib.request.Request(self.base + path, body, {"Accept": "application/json", **headers})
        try:
            with OPENER.open(request, timeout=15) as reply:
                return reply.status, reply.headers, reply.read()
        except urllib.error.HTTPError as reply:
            return reply.code, reply.headers, reply.read()


def is_passing(reply):
    status, _, body = reply
    return status == 429 or status >= 500 or (status == 200 and not is_json(body))


def is_json(body):
    try:
        return json.loads(body.decode("utf-8-sig")) is not None
    except ValueError:
        return False


def wait_s(reply, number):
    """Cổng báo lúc nào thì chờ đến lúc ấy · Wait until the moment the gateway tells."""
    _, headers, body = reply
    try:
        if headers.get("Retry-After"):
            return min(float(headers["Retry-After"]), 90)
        told = json.loads(body)["fault"]["nextAccessTime"][:20]
        moment = datetime.strptime(told, "%Y-%b-%d %H:%M:%S").replace(tzinfo=timezone.utc)
        return min(max((moment - parsedate_to_datetime(headers["Date"])) / timedelta(seconds=1), 0.05), 90)
    except (ValueError, KeyError, TypeError):
        return 0.1 * 2**number


# ---- Biểu mẫu: từ điều quầy biết sang trường của công văn (BTXH 3.1.1 - 3.1.3), theo ../bieu-mau.json · Forms ----


def fields(form, known):
    """Mỗi trường một quy tắc "loại đường.dẫn": text, note, day, second, hằng (=), null, hoặc tên một bảng mã."""
    made = {}
    for name, rule in FORMS["forms"][form].items():
        kind, _, path = rule.partition(" ")
        made[name] = None if kind == "null" else path if kind == "=" else coded(kind, looked_up(known, path))
    return made


def looked_up(known, path):
    for part in path.split("."):
        known = known[part]
    return str(known).lower() if isinstance(known, bool) else unicodedata.normalize("NFC", str(known))


def coded(kind, text):
    day = f"{text[8:10]}/{text[5:7]}/{text[:4]}"
    plain = {"text": text, "day": day, "second": f"{day} {text[11:19]}", "note": text[:4000]}
    return plain[kind] if kind in plain else FORMS["tables"][kind].get(text, text)


def extent_xml(files, results):
    """XML dựng bằng thư viện: tên tệp có & < " không làm hỏng được · Built as a tree, never glued."""
    root = ET.Element("ExtentData")
    lists = (
        ("DanhSachTaiLieuNop", "TaiLieuNop", "file", files),
        ("DanhSachGiayToKetQua", "GiayToKetQua", "result", results),
    )
    for whole, one, form, rows in lists:
        parent = ET.SubElement(root, whole)
        for number, row in enumerate(rows, 1):
            child = ET.SubElement(parent, one)
            for name, text in fields(form, row | {"number": number}).items():
                ET.SubElement(child, name).text = text
    return "<?xml version='1.0' encoding='utf-8'?>" + ET.tostring(root, encoding="unicode")


def dossier_form(kind, it):
    """LoaiDuLieu 1: hồ sơ mới · 100: kết quả cuối cùng."""
    more = {"kind": kind, "digitised": any(file["digitised"] for file in it["files"])}
    more["detail_url"] = f"https://motcua.example.vn/ho-so/{it['dossier_code']}"
    more["extent_data"] = extent_xml(it["files"], it["results"] if kind == "100" else [])
    return fields("dossier", it | more)


def step_form(code, step):
    return fields("step", step | {"dossier_code": code})


# ---- Hai việc: cuộc gọi mẫu, và việc do bài kiểm định giao · The sample, and tasks of a certification ----


def push(gateway, operation, form):
    kind = f" ({form['LoaiDuLieu']})" if "LoaiDuLieu" in form else ""
    name = f"{operation}{kind} {form.get('MaHoSo', '')}".rstrip()
    try:
        said = gateway.call(operation, form)
    except Refused as no:
        raise Refused(f"{name}: {no}") from None
    count = f"; {len(said['data'] or [])} hồ sơ" if "data" in said else ""
    print(f"{name}: {said['error_code']} {said['message']}{count}")


def sample(base, pair, is_wrong):
    known = json.loads((SHARED / "mau.json").read_text("utf-8"))
    pair = pair or known["credentials"]
    it = known["dossier"]
    it["dossier_code"] = it["dossier_code"][:-4] + str(random.randint(1000, 9999))
    if is_wrong:
        it["procedure"]["code"] = "1.009999"
    gateway = Gateway(base, pair)
    gateway.token()
    print("token: 200")
    push(gateway, "DongBoDVC", dossier_form("1", it))
    push(gateway, "XuLyHoSo", step_form(it["dossier_code"], it["steps"][0]))
    it["status"] = {"name": "Đã trả kết quả"}
    push(gateway, "DongBoDVC", dossier_form("100", it))
    push(gateway, "DanhSachHoSo", known["pull"])
    print("xong / done")


def certified(context):
    """Làm việc được giao; điều bị từ chối được ghi lại cho người, không gửi lại · docs: certify PLAN."""
    task = context["task"]
    gateway = Gateway(
        context["base_url"], context["credentials"]["production"], context.get("state_dir"), task.get("now")
    )
    kinds = {"push-dossiers": "1", "push-course": "1", "push-results": "100"}
    if task["do"] not in kinds:
        raise Refused(f"chưa biết làm / cannot do: {task['do']}")
    for it in task["dossiers"]:
        try:
            push(gateway, "DongBoDVC", dossier_form(kinds[task["do"]], it))
            for step in it.get("steps", []):
                push(gateway, "XuLyHoSo", step_form(it["dossier_code"], step))
        except (Refused, Unreachable) as trouble:
            print(f"{it['dossier_code']}: {trouble}")


def started():
    """Bật trình giả lập ở một cổng trống; dòng đầu tiên của nó là địa chỉ và khóa · Its ready line."""
    words = ["ndxp-emulator", "serve", "--port", "0", "--store", ":memory:", "--quiet"]
    server = subprocess.Popen(words, stdout=subprocess.PIPE)
    return server, json.loads(server.stdout.readline())


def main():
    sys.stdout.reconfigure(encoding="utf-8")
    sys.stderr.reconfigure(encoding="utf-8")
    server = None
    try:
        if "NDXP_CERT_CONTEXT" in os.environ:
            certified(json.loads(Path(os.environ["NDXP_CERT_CONTEXT"]).read_text("utf-8")))
            return 0
        base, pair = os.environ.get("NDXP_EMULATOR_URL"), None
        if not base:
            server, ready = started()
            base, pair = ready["base_url"], ready["credentials"]["production"]
        if "NDXP_CONSUMER_KEY" in os.environ:
            pair = {name: os.environ[f"NDXP_{name.upper()}"] for name in ("consumer_key", "consumer_secret")}
        sample(base, pair, "sai" in sys.argv[1:])
    except Refused as no:
        print(f"bị từ chối / refused: {no}", file=sys.stderr)
        return 1
    except (Unreachable, OSError, ValueError) as trouble:
        print(f"không gọi được / cannot reach: {trouble}", file=sys.stderr)
        return 2
    finally:
        if server:
            server.terminate()
            server.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
