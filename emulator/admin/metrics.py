"""``GET /__admin/metrics``: what was served, in the text format of Prometheus.

The numbers come from the store, into which every worker counts, so it does not matter which worker is asked. Labels
are bounded: gateways, operations, outcomes and classes of status are written in the code; of the sandboxes only the
busiest are labels.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from emulator import __version__
from emulator.admin.problems import InputFault, invalid
from emulator.admin.request import AdminReply, AdminRequest
from emulator.admin.route import RouteDoc, RouteTable
from emulator.country.access import ends_soon, is_asleep
from emulator.country.sandbox import Sandbox
from emulator.journal.write import BOUNDS_US, TallyRow
from emulator.kernel.clock import iso, system_ms

ROUTES = RouteTable()

if TYPE_CHECKING:
    from prometheus_client.core import Metric

PREFIX = "ndxp_emulator_"
_BUSIEST = 20
_REST = "other"
_USAGE = (
    *("sandbox", "owner", "calls", "answered", "refused", "other", "bytes_in", "bytes_out"),
    *("dossiers", "journal_bytes", "uploaded_bytes", "last_call", "expires", "ends_soon", "asleep"),
)
_COUNTED = _USAGE[2:8]
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@ROUTES.add(
    "GET", "/metrics", "Số đo dạng Prometheus", "Metrics, as Prometheus reads them", RouteDoc("", media="text/plain")
)
def expose_metrics(request: AdminRequest) -> AdminReply:
    """Return all metrics."""
    from prometheus_client import CollectorRegistry, generate_latest

    families = list(_families(request))

    class Collected:
        """What a registry asks for."""

        def collect(self) -> Iterable[Metric]:
            """Return the families."""
            return families

    registry = CollectorRegistry()
    registry.register(Collected())
    return AdminReply(generate_latest(registry), content_type=MEDIA_TYPE)


def _families(request: AdminRequest) -> Iterator[Metric]:
    from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily

    context = request.context
    tallies = context.journal.tallies()
    yield InfoMetricFamily(f"{PREFIX}build", "The emulator's version.", {"version": __version__})
    yield _calls(tallies)
    yield _durations(tallies)
    yield _calls_of_sandboxes(tallies, {each.no: each.id for each in request.context.sandboxes.every()})
    gauges = (
        ("start_time_seconds", "When the emulator was started, in seconds since 1970.", context.started_ms / 1000),
        ("sandboxes", "Sandboxes there are.", len(context.sandboxes.every())),
        ("store_bytes", "Size of the store with its log, in bytes.", context.journal.store_bytes()),
    )
    for name, meaning, value in gauges:
        yield GaugeMetricFamily(PREFIX + name, meaning, value)


def _calls(tallies: Iterable[TallyRow]) -> Metric:
    from prometheus_client.core import CounterMetricFamily

    labels = ("gateway", "operation", "outcome", "status_class")
    family = CounterMetricFamily(f"{PREFIX}calls", "Calls served and written down, of all sandboxes.", labels=labels)
    sums: Counter[tuple[str, str, str, str]] = Counter()
    for row in tallies:
        sums[row.gateway, row.operation, row.outcome, f"{row.status_class}xx"] += row.calls
    for kind, calls in sums.items():
        family.add_metric(kind, calls)
    return family


def _calls_of_sandboxes(tallies: Iterable[TallyRow], names: Mapping[int, str]) -> Metric:
    """Return the calls of each sandbox: the busiest by name; all others, those gone and one named so as ``other``."""
    from prometheus_client.core import CounterMetricFamily

    calls: Counter[int] = Counter()
    for row in tallies:
        calls[row.sandbox_no] += row.calls
    shown = [no for no, _ in calls.most_common() if names.get(no, _REST) != _REST][:_BUSIEST]
    meaning = f"Calls of the {_BUSIEST} busiest sandboxes; the rest as '{_REST}'."
    family = CounterMetricFamily(f"{PREFIX}sandbox_calls", meaning, labels=("sandbox",))
    for no in shown:
        family.add_metric((names[no],), calls[no])
    family.add_metric((_REST,), sum(number for no, number in calls.items() if no not in shown))
    return family


@ROUTES.add(
    "GET",
    "/usage",
    "Mức dùng của từng sandbox",
    "What each sandbox has used",
    RouteDoc(
        "Usage",
        words=(("format", "json hoặc csv", "json or csv", {"enum": ["json", "csv"]}),),
        noes=("invalid",),
        other_media=("text/csv",),
    ),
)
def show_usage(request: AdminRequest) -> AdminReply:
    """Return calls, bytes, dossiers and journal of each sandbox the caller may see; ``format=csv`` as a table."""
    wish = request.asked.get("format", "json")
    if wish not in ("json", "csv"):
        raise invalid([InputFault("?format", "phải là json hoặc csv", "must be json or csv")])
    rows = _usage(request)
    if wish == "json":
        return AdminReply({"usage": rows})
    import csv
    import io

    text = io.StringIO()
    writer = csv.DictWriter(text, _USAGE, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return AdminReply(text.getvalue().encode(), content_type="text/csv; charset=utf-8")


def _usage(request: AdminRequest) -> list[dict[str, Any]]:
    sums: dict[int, Counter[str]] = defaultdict(Counter)
    for row in request.context.journal.tallies():
        kind = "refused" if row.outcome == "refused" else "answered" if row.outcome == "answered" else "other"
        sums[row.sandbox_no] += Counter(
            {"calls": row.calls, kind: row.calls, "bytes_in": row.bytes_in, "bytes_out": row.bytes_out}
        )
    held, now_ms = request.context.tenants.holdings(), system_ms()
    every = request.context.sandboxes.every()
    seen = [each for each in every if each.no in held and request.caller.may_see(each)]
    return [
        {"sandbox": each.id, "owner": each.owner, **{name: sums[each.no][name] for name in _COUNTED}}
        | _standing(each, held[each.no], now_ms)
        for each in seen
    ]


def _standing(sandbox: Sandbox, holding: Any, now_ms: int) -> dict[str, Any]:
    return {
        "dossiers": holding.dossiers,
        "journal_bytes": holding.journal_bytes,
        "uploaded_bytes": holding.uploaded_bytes,
        "last_call": iso(holding.last_ms) if holding.last_ms else None,
        "expires": iso(sandbox.expires_ms) if sandbox.expires_ms else None,
        "ends_soon": ends_soon(sandbox.expires_ms, holding.made_ms, now_ms),
        "asleep": is_asleep(holding, now_ms),
    }


def _durations(tallies: Iterable[TallyRow]) -> Metric:
    from prometheus_client.core import HistogramMetricFamily

    meaning = "Time until a call was written down, without delays that a fault or a scenario adds."
    family = HistogramMetricFamily(f"{PREFIX}serve_seconds", meaning, labels=("gateway", "operation"))
    calls: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    used_us: Counter[tuple[str, str]] = Counter()
    for row in tallies:
        calls[row.gateway, row.operation][row.bucket] += row.calls
        used_us[row.gateway, row.operation] += row.duration_us
    for kind, by_bucket in calls.items():
        family.add_metric(kind, _cumulate(by_bucket), used_us[kind] / 1e6)
    return family


def _cumulate(by_bucket: Counter[int]) -> list[tuple[str, float]]:
    """Return (upper bound in seconds, calls up to it) of every bucket."""
    so_far, buckets = 0, []
    for place, bound in enumerate((*(f"{bound / 1e6}" for bound in BOUNDS_US), "+Inf")):
        so_far += by_bucket[place]
        buckets.append((bound, float(so_far)))
    return buckets
