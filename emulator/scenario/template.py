"""The file that ``scenario new`` writes: right as it stands, every word explained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

SCHEMA_FILE = "scenario.schema.json"
_TEMPLATE = """\
# yaml-language-server: $schema=./{schema}
#
# Một kịch bản: dữ liệu có sẵn, điều sẽ sai, và sai lúc nào. Sửa các dòng dưới đây rồi kiểm tra bằng
# A scenario: what is there, what goes wrong, and when. Change the lines below, then check them with
#     ndxp-emulator validate {name}.yaml
#     ndxp-emulator serve --scenario {name}.yaml --watch

id: {name}                      # trùng tên tệp / the same as the file's name
title:
  vi: Lần gửi hồ sơ thứ hai gặp lỗi tạm thời
  en: The second push of a dossier meets a passing fault
purpose:
  vi: Luyện gửi lại đúng cách khi cổng báo lỗi tạm thời
  en: Practise sending again in the right way when the gateway has a passing fault
source: client-failures # điều khoản hoặc sự việc làm căn cứ / the clause or fact behind it
good_client:
  vi: Đợi một lát rồi gửi lại đúng nội dung cũ, không tạo hồ sơ thứ hai
  en: Waits a little and sends the same content again, makes no second dossier

# Trạng thái: bỏ cả khối này nếu không cần. / States: drop this block when you need none.
start: binh-thuong
states:
  binh-thuong: {{}}               # bình thường / normal
  su-co:                        # sự cố; tự hết sau 30 phút của đồng hồ ảo / trouble; ends after 30 virtual minutes
    after: PT30M
    goto: binh-thuong

# Các bước, xét từ trên xuống; mỗi lời gọi nhiều nhất một bước. / Tried from the top; at most one step a call.
steps:
  - name: loi-tam-thoi
    on: btxh.DongBoDVC          # dịch vụ; btxh.* là mọi dịch vụ BTXH / operation; btxh.* is all of BTXH
    when:                       # điều kiện theo trường / conditions on fields
      body.LoaiDuLieu: "1"
    state: binh-thuong          # chỉ ở trạng thái này / only in this state
    nth: 2                      # chỉ lần thứ hai; [2, 5], {{from: 2, to: 4}} / only the second time
    refuse:                     # hoặc / or: answer, fault, delay
      status: 503
      code: 303001
      message: Runtime Error
      description: Currently , Address endpoint is suspended
    goto: su-co                 # rồi chuyển trạng thái / then go to this state
  - name: cham
    on: btxh.*
    state: su-co
    delay: PT2S                 # trả lời đúng nhưng chậm 2 giây / the right reply, 2 seconds late
"""


def template(name: str) -> str:
    """Return a new scenario of that id."""
    return _TEMPLATE.format(name=name, schema=SCHEMA_FILE)


# Writing a scenario's document as a file people can go on with.

_HEAD = "# yaml-language-server: $schema=./scenario.schema.json\n"


class _Writer(yaml.SafeDumper):
    """Writes no anchors: two steps that say the same thing say it twice."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def as_yaml(document: Mapping[str, Any]) -> str:
    """Return the file's text; what it is read back as is what went in, character by character."""
    return _HEAD + yaml.dump(
        dict(document), Dumper=_Writer, allow_unicode=True, sort_keys=False, width=120, default_flow_style=False
    )
