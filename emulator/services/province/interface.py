"""The interface of a file host for OpenAPI (KDL V.3)."""

from __future__ import annotations

from emulator.services.interface import ANY, ANY_MEDIA, TEXT, Described, Interface, ReplyDoc, in_path


def interface() -> Interface:
    """Return the interface."""
    whole = {ANY_MEDIA: ANY}
    download = Described(
        about="Mọi đường dẫn của máy chủ sau trục đều gọi được, không riêng /download. / Any path of a host behind the "
        "axis can be asked for, not only /download.",
        tag="VDXP: tải tệp / downloads",
        answers={
            "200": ReplyDoc("Tệp", "The file", whole),
            "206": ReplyDoc("Một phần của tệp", "A part of the file", whole),
            "416": ReplyDoc("Không có phần ấy", "There is no such part"),
        },
        parameters=(
            in_path("file", "124.pdf"),
            {"name": "Range", "in": "header", "description": "RFC 9110 §14", "schema": TEXT},
        ),
        path="/download/{file}",
    )
    return Interface({}, {"province.download": download})
