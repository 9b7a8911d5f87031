"""What is masked, and what must stay as it was."""

from __future__ import annotations

import pytest

from emulator.journal.redaction import masked_header, masked_text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", ""),
        ('{"access_token":"abc","expires_in":3600}', '{"access_token":"***","expires_in":3600}'),
        ('{ "Access_Token" : "a\\"b" , "x": 1}', '{ "Access_Token" : "***" , "x": 1}'),
        ('{"password":12345,"a":[1]}', '{"password":"***","a":[1]}'),
        (
            '{"AcceptKey":"k","acceptKey":"k"}',
            '{"AcceptKey":"***","acceptKey":"***"}',
        ),
        ('{"session":"s","sessionId":"s","session_id":"s"}', '{"session":"***","sessionId":"***","session_id":"***"}'),
        ('{"consumer_secret":"s","consumer_key":"k"}', '{"consumer_secret":"***","consumer_key":"k"}'),
        ('{"password":"","access_token":null}', '{"password":"","access_token":null}'),
        ('{"SecretKey":"s","lgspaccesstoken":"t"}', '{"SecretKey":"***","lgspaccesstoken":"***"}'),
        ('{"body":"{\\"password\\":\\"p q\\",\\"a\\":1}"}', '{"body":"{\\"password\\":\\"***\\",\\"a\\":1}"}'),
        ("grant_type=password&username=u&password=p%20q&x=1", "grant_type=password&username=u&password=***&x=1"),
        ("client_secret=s", "client_secret=***"),
        ("/token?client_secret=s&a=1", "/token?client_secret=***&a=1"),
        (
            "<L><password>p</password><user>u</user></L>",
            "<L><password>***</password><user>u</user></L>",
        ),
        ('{"GhiChu":"không có password nào","MatKhauCu":"a"}', '{"GhiChu":"không có password nào","MatKhauCu":"a"}'),
        ('{"token_type":"Bearer","my_password_hint":"x"}', '{"token_type":"Bearer","my_password_hint":"x"}'),
        ('{"password":"chưa đóng', '{"password":"chưa đóng'),
    ],
)
def test_secret_values_are_masked_and_nothing_else_changes(text: str, wanted: str) -> None:
    assert masked_text(text) == wanted


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("authorization", "Bearer abc", "Bearer ***"),
        ("Authorization", "basic abc", "basic ***"),
        ("authorization", "abc", "***"),
        ("cookie", "a=b", "***"),
        ("accesskey", "Bearer abc", "Bearer ***"),
        ("acceptkey", "abc", "***"),
        ("lgspaccesstoken", "abc", "***"),
        ("apikey", "abc", "***"),
        ("x-api-key", "abc", "***"),
        ("x-auth-token", "abc", "***"),
        ("accesskey", "", ""),
        ("content-type", "application/json", "application/json"),
        ("x-road-client", "VN/GOV/H26", "VN/GOV/H26"),
        ("dstcode", "VN:GOV:G22", "VN:GOV:G22"),
    ],
)
def test_credentials_in_headers_are_masked(name: str, value: str, wanted: str) -> None:
    assert masked_header(name, value) == wanted
