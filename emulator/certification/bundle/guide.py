"""README.txt of a bundle: how anybody checks it, with this tool, and with sha256sum and openssl alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TEXT = """\
{title_vi}
{product} · {kit} · {conclusion_vi} · mức tin cậy / level of assurance: {level}

TIẾNG VIỆT
----------
Kiểm tra bằng công cụ này (không cần mạng, không cần máy chủ):

    ndxp-emulator certify verify goi.zip --key khoa-cong-khai.pem
    ndxp-emulator certify judge goi.zip

Mã thoát 0: gói thật, đạt; 1: thật, không đạt hoặc hết hiệu lực; 3: thật, chưa đủ căn cứ; 4: không thật, kèm câu
nói rõ chỗ nào sai; 2: sai cách gọi.

Kiểm tra không cần công cụ này, chỉ với sha256sum và openssl (Linux, macOS, Git Bash):

1. Giải nén vào một thư mục trống rồi vào thư mục đó. Chạy các lệnh ở phần COMMANDS bên dưới.
2. Bước A phải in OK cho mọi tệp; bước B phải in "OK manifest".
3. Có attestation.dsse.json thì làm bước C: phải in "Signature Verified Successfully" và "OK subject".
   So vân tay khóa (bước D) với vân tay mà đơn vị ký cho biết bằng đường khác: tệp khóa trong gói không tự chứng
   minh nó là của ai.
4. Bước E: dòng đầu của nhật ký phải ghi "prev" bằng mã băm của thử thách; mỗi dòng sau ghi mã băm của dòng trước.

Những bước này chứng minh không tệp nào bị sửa sau khi ký. Chấm lại nhật ký thì cần công cụ này.
Mức {level} chứng minh: {proves_vi}
Không chứng minh: {not_vi}
Cách ly: {apart_vi}

ENGLISH
-------
With this tool (no network, no server):

    ndxp-emulator certify verify bundle.zip --key public-key.pem
    ndxp-emulator certify judge bundle.zip

Exit code 0: genuine and passed; 1: genuine and not passed, or it counts no longer; 3: genuine and not complete;
4: not genuine, with a sentence that says where; 2: wrong usage.

Without this tool, with sha256sum and openssl alone (Linux, macOS, Git Bash):

1. Unzip into an empty folder and go there. Run the commands below.
2. Step A must print OK for every file; step B must print "OK manifest".
3. If there is an attestation.dsse.json, step C must print "Signature Verified Successfully" and "OK subject".
   Compare the fingerprint (step D) with the one the signer told you by other means: a key that lies in the bundle
   does not say whose it is.
4. Step E: the first line of the journal names the digest of the challenge as "prev"; each later line names the digest
   of the line before it.

These steps show that no file was changed after it was signed. Judging the journal again needs this tool.
Level {level} proves: {proves_en}
It does not prove: {not_en}
Kept apart: {apart_en}

COMMANDS
--------
# A
sha256sum -c SHA256SUMS
# B
grep -q "$(openssl dgst -sha256 -r SHA256SUMS | cut -d' ' -f1)" manifest.json && echo "OK manifest"
# C
work=$(mktemp -d)
sed 's/.*"payload":"\\([^"]*\\)".*/\\1/' attestation.dsse.json | openssl base64 -d -A > "$work/payload.json"
sed 's/.*"sig":"\\([^"]*\\)".*/\\1/' attestation.dsse.json | openssl base64 -d -A > "$work/signature.bin"
size=$(wc -c < "$work/payload.json")
printf 'DSSEv1 28 application/vnd.in-toto+json %d ' $size | cat - "$work/payload.json" > "$work/pae.bin"
openssl pkeyutl -verify -pubin -inkey keys/vendor.pem -rawin -in "$work/pae.bin" -sigfile "$work/signature.bin"
grep -q "$(openssl dgst -sha256 -r manifest.json | cut -d' ' -f1)" "$work/payload.json" && echo "OK subject"
# D
openssl pkey -pubin -in keys/vendor.pem -outform DER | openssl dgst -sha256 -r
# E
before="{challenge}"
while IFS= read -r line; do
  case "$line" in *"\\"prev\\":\\"$before\\""*) ;; *) echo "BROKEN"; break;; esac
  before="sha256:$(printf '%s' "$line" | openssl dgst -sha256 -r | cut -d' ' -f1)"
done < journal.jsonl; echo "$before"
"""


def guide(report: Mapping[str, Any]) -> bytes:
    """Return README.txt for the bundle of a report."""
    product, kit, level = report["plan"]["product"], report["kit"], report["level"]
    return _TEXT.format(
        title_vi="GÓI CHỨNG CỨ KIỂM THỬ KẾT NỐI / EVIDENCE OF A CONNECTION TEST",
        product=_line(f"{product['name']} {product['version']} ({product['vendor']})"),
        kit=f"{kit['id']} {kit['version']}",
        conclusion_vi=f"{report['conclusion']['vi']} / {report['conclusion']['en']}",
        level=level["id"],
        proves_vi=level["proves"]["vi"],
        proves_en=level["proves"]["en"],
        not_vi=level["does_not_prove"]["vi"],
        not_en=level["does_not_prove"]["en"],
        apart_vi=level["isolation"]["vi"],
        apart_en=level["isolation"]["en"],
        challenge=report["challenge"]["digest"],
    ).encode()


def _line(text: str) -> str:
    return " ".join(text.split())
