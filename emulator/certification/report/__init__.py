"""The report: what stands in ``report.json``, member by member, as ``outline`` makes it; and how people get it.

For people it is one list of blocks (``chapters``), written as a page (``page``) and as a printed sheet (``sheet``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict

from emulator.certification.challenge import ChallengeWords

if TYPE_CHECKING:
    from emulator.certification.bundle.levels import ReportedLevel, Validity
    from emulator.certification.exchanges import ExchangeLine, IndicatorLine, KpiNotes, QuirkLine
    from emulator.certification.judge import Verdict
    from emulator.certification.kit import Both
    from emulator.certification.ledger import QuotedRequirement
    from emulator.certification.plan import PlanWords
    from emulator.certification.scenes import FindingWords

Language = Literal["vi", "en"]


class ReportedEnvironment(TypedDict):
    """Where the attempt was played, in both languages, and what of its plan shaped it."""

    vi: str
    en: str
    mode: str
    agency: str
    clock: str
    redaction: str


class ReportedScope(TypedDict):
    """What was tried: how often each operation, which procedures and channels, which features, how many tests."""

    operations: dict[str, int]
    procedures: list[str]
    channels: list[str]
    features: dict[str, bool]
    required: int
    optional: int


class OpenPoints(TypedDict):
    """The tests of one grade that did not pass, and what the grade means."""

    grade: str
    vi: str
    en: str
    tests: list[str]


class ReportedSummary(TypedDict):
    """How many of the tests that apply have passed; ``percent`` is None where none applies."""

    applied: int
    passed: int
    percent: float | None
    open: list[OpenPoints]


class ReportedParts(TypedDict):
    """What the ten parts of a printed report need beyond the verdicts."""

    basis: list[Both]
    environment: ReportedEnvironment
    scope: ReportedScope
    summary: ReportedSummary
    disclaimer: Both


class BecauseOf(TypedDict):
    """A test that made a conclusion what it is, by its name."""

    test: str
    vi: str
    en: str


class Conclusion(TypedDict):
    """The conclusion: its word, its sentence, and every test that made it so."""

    word: str
    vi: str
    en: str
    because: list[BecauseOf]


class ReportedJudge(TypedDict):
    """Which emulator judged: its version, and the digest of what it judges with."""

    version: str
    judge: str


class ReportedKit(TypedDict):
    """The kit of a report."""

    id: str
    version: str
    digest: str
    title: Both
    purpose: Both


class ReportedChallenge(ChallengeWords):
    """The challenge of a report, with its digest, which the chain begins with."""

    digest: str


class ReportedMoment(TypedDict):
    """An instant on the sandbox's clock and on the machine's, ISO 8601."""

    virtual: str
    wall: str


class ReportedJournal(TypedDict):
    """How many lines the journal has, and the digest of its last."""

    lines: int
    head: str


class SceneAgain(TypedDict):
    """A scene that was broken off and played again: its number, and that of the line at which it began."""

    no: int
    begun: int


class Surprise(TypedDict):
    """A test that ended otherwise than the plan's baseline says."""

    test: str
    kind: str


class ReportedGroup(TypedDict):
    """A group of a kit with the worst verdict of its tests."""

    id: str
    title: Both
    verdict: str


class ReportedScene(TypedDict):
    """One scene of a test: what was to be done, and the lines of its calls. ``ending`` is empty while it is played."""

    no: int
    role: str
    do: str | None
    begun: int
    calls: list[int]
    ending: dict[str, object]


class ReportedTest(TypedDict):
    """One test with its verdict, and what it rests on. ``next`` and ``example`` say how it is mended."""

    id: str
    group: str
    kind: str
    level: str
    basis: str
    title: Both
    requirements: list[str]
    verdict: Verdict
    findings: list[FindingWords]
    scenes: list[ReportedScene]
    next: Both
    example: Both
    expected_failure: NotRequired[str]
    statement: NotRequired[Both]


class AttemptReport(TypedDict):
    """The report as ``report.json`` holds it. ``closed`` is None while the attempt goes on.

    ``validity`` is None for a self-check, ``disorder`` None where the scenes follow from the challenge. ``counts`` are
    the tests of each verdict; ``requirements`` are quoted by id.
    """

    schema: str
    emulator: ReportedJudge
    kit: ReportedKit
    challenge: ReportedChallenge
    plan: PlanWords
    opened: ReportedMoment
    closed: ReportedMoment | None
    journal: ReportedJournal
    level: ReportedLevel
    validity: Validity | None
    conclusion: Conclusion
    required: Verdict
    optional: Verdict
    counts: dict[str, int]
    disorder: FindingWords | None
    played_again: list[SceneAgain]
    surprises: list[Surprise]
    groups: list[ReportedGroup]
    tests: list[ReportedTest]
    requirements: dict[str, QuotedRequirement]
    quirks: list[QuirkLine]
    kpi: list[IndicatorLine]
    kpi_notes: KpiNotes
    parts: ReportedParts
    exchanges: list[ExchangeLine]


def html(report: AttemptReport, language: Language = "vi") -> bytes:
    """Return the report in one language as one HTML file that needs nothing beside it."""
    from emulator.certification.report.chapters import page

    return page(report, language)


def pdf(report: AttemptReport, language: Language = "vi") -> bytes:
    """Return the report in one language as an A4 PDF with its fonts in it; the same report gives the same bytes."""
    from emulator.certification.report.sheet import sheet

    return sheet(report, language)
