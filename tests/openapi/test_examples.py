"""Every example of the document is sent, in its order, and answered as the document says."""

from __future__ import annotations

from typing import Any

from tests.openapi.reader import Reader, Request, requests

CHANGING = {"access_token", "expires_in", "session", "accessToken"}


def same(shown: Any, got: Any) -> bool:
    """Tell whether an answer is the one that is shown, but for what is new every time."""
    if isinstance(shown, dict) and isinstance(got, dict):
        return shown.keys() == got.keys() and all(name in CHANGING or same(shown[name], got[name]) for name in shown)
    return bool(shown == got)


def told(reader: Reader, request: Request) -> str:
    reply = reader.send(request)
    trouble = reader.trouble(request.operation, reply)
    if trouble:
        return trouble
    if str(reply.status_code) != request.status:
        return f"{reply.status_code} and not {request.status}: {reply.data[:300].decode()}"
    if request.answer is not None:
        return "" if same(request.answer, reply.json) else f"the answer is {reply.json}"
    return refusal(reply.json) if reply.is_json else ""


def refusal(answer: Any) -> str:
    """Return the words of a refusal that comes with HTTP 200; an example that shows no answer has none."""
    answer = answer.get("result") if list(answer) == ["result"] else answer
    code = answer.get("error_code", answer.get("errorCode", 0)) if isinstance(answer, dict) else 0
    return "" if str(code) == "0" else str(answer)


def test_every_example_is_answered_with_the_status_and_the_shape_that_are_documented(reader: Reader) -> None:
    wrong = []
    for request in requests(reader.document):
        trouble = told(reader, request)
        if trouble:
            wrong.append(f"{request.verb} {request.path} {request.name}: {trouble}")
    assert not wrong, "\n".join(wrong)
