"""Why nothing answered: the operations closest to an unmatched call, and what differs."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import parse_qsl


class Offer(NamedTuple):
    """An operation that could have been called."""

    name: str
    method: str
    path: str
    clause: str


class MissDifference(NamedTuple):
    """One thing that differs; ``code`` is for programs."""

    code: str
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class NearMiss:
    """An operation and its distance from a call: 0 would be a match, 1 has nothing in common."""

    offer: Offer
    distance: float
    differences: tuple[MissDifference, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the form WireMock's readers know, with the differences beside it."""
        return {
            "operation": self.offer.name,
            "clause": self.offer.clause,
            "expected": {"method": self.offer.method, "path": self.offer.path},
            "matchResult": {"distance": round(self.distance, 3)},
            "differences": [each._asdict() for each in self.differences],
        }


_PENALTY = 0.02
_FAR = 0.65


def near_misses(method: str, url: str, offers: Iterable[Offer], limit: int = 3) -> list[NearMiss]:
    """Return the closest operations, nearest first; none when nothing is even similar.

    Args:
        method: the verb as sent.
        url: path and query as sent, without the sandbox prefix.
        offers: the operations there are.
        limit: how many to return at most.
    """
    misses = sorted((_compare(method, url, offer) for offer in offers), key=lambda miss: (miss.distance, miss.offer))
    return [miss for miss in misses if miss.distance < _FAR][:limit]


def _compare(method: str, url: str, offer: Offer) -> NearMiss:
    path, _, query = url.partition("?")
    found, path = _shape_differences(path, offer)
    rest, distance = _path_differences(path, offer.path)
    found += rest
    if method != offer.method:
        found.append(
            MissDifference(
                "wrong-verb",
                f"động từ là {method}, đặc tả yêu cầu {offer.method}",
                f"the verb is {method}, the specification asks for {offer.method}",
            )
        )
    if method == "GET" and offer.method == "POST" and parse_qsl(query):
        found.append(
            MissDifference(
                "query-instead-of-body",
                "tham số nằm trên URL; thao tác này đọc chúng từ thân yêu cầu",
                "the parameters are in the query; this operation reads them from the body",
            )
        )
    return NearMiss(offer, min(1.0, distance + _PENALTY * len(found)), tuple(found))


def _shape_differences(path: str, offer: Offer) -> tuple[list[MissDifference], str]:
    """Take away, one by one, the habits that hide a right path; return them and what is left."""
    found = []
    if "://" in path:
        path = "/" + path.partition("://")[2].partition("/")[2]
        vi, en = "dòng yêu cầu chứa cả URL đầy đủ", "the request line holds a full URL"
        found.append(MissDifference("full-url", vi, en))
    if "//" in path:
        path = re.sub(r"/{2,}", "/", path)
        found.append(MissDifference("double-slash", "đường dẫn có hai dấu / liền nhau", "the path has a double slash"))
    if path.endswith("/") and not offer.path.endswith("/"):
        path = path.rstrip("/")
        found.append(MissDifference("trailing-slash", "thừa dấu / ở cuối", "there is a trailing slash"))
    return found, path


def _path_differences(path: str, wanted: str) -> tuple[list[MissDifference], float]:
    if path == wanted:
        return [], 0.0
    if path.lower() == wanted.lower():
        vi, en = f"sai chữ hoa, chữ thường: cần {wanted}", f"the letter case differs: it is {wanted}"
        return [MissDifference("wrong-case", vi, en)], 0.03
    lost = _missing_part(path, wanted)
    if lost:
        vi, en = f"thiếu '{lost}': cần {wanted}", f"'{lost}' is missing: it is {wanted}"
        code = "missing-version" if re.fullmatch(r"/v?\d[\d.]*", lost) else "missing-context"
        return [MissDifference(code, vi, en)], 0.05
    distance = _edit_distance(path.lower(), wanted.lower()) / max(len(path), len(wanted))
    likeness = difflib.SequenceMatcher(None, path.lower(), wanted.lower()).ratio()
    vi, en = f"đường dẫn là {path}, cần {wanted}", f"the path is {path}, it is {wanted}"
    return [MissDifference("path-differs", vi, en)], max(0.06, min(distance, 1 - likeness))


def _missing_part(path: str, wanted: str) -> str:
    """Return the run of whole segments whose absence alone explains the path, or an empty text."""
    have, want = path.strip("/").split("/"), wanted.strip("/").split("/")
    lost = len(want) - len(have)
    for at in range(len(want) - lost + 1) if lost > 0 else ():
        if [part.lower() for part in want[:at] + want[at + lost :]] == [part.lower() for part in have]:
            return "/" + "/".join(want[at : at + lost])
    return ""


def _edit_distance(left: str, right: str) -> int:
    before = list(range(len(right) + 1))
    for row, a in enumerate(left, 1):
        now = [row]
        for column, b in enumerate(right, 1):
            now.append(min(before[column] + 1, now[-1] + 1, before[column - 1] + (a != b)))
        before = now
    return before[-1]
