"""A kit in memory: what is tried, what the emulator does meanwhile, and what must be seen in the journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

from emulator.kernel.values import value_class

Both = Mapping[str, str]
"""A sentence by language: ``vi`` and ``en``."""
KitWords = Mapping[str, Any]
"""What a kit gives a task, a check or the country: open, each reader knows its own words."""
TestKind = Literal["observe", "probe", "silence", "attest"]
Role = Literal["main", "defect", "twin", "control"]
Level = Literal["MUST", "SHOULD"]
KINDS: tuple[TestKind, ...] = ("observe", "probe", "silence", "attest")
ROLES: tuple[Role, ...] = ("main", "defect", "twin", "control")


@value_class
class Stimulus:
    """What the emulator does while a scene plays.

    ``faults`` are those of ``PUT /__admin/faults``, ``settings`` those of the sandbox, ``advance_ms`` turns the virtual
    clock before the scene, ``effects`` happen on it (docs/time), ``scenario`` is one of the box. A value written
    ``{pick: [a, b]}`` is drawn from the attempt's seed; ``{each: [a, b]}`` is played in a scene for each of them. A
    fault with ``aim`` (``{dossier: 2}``, ``{file: 1}``, ``{owner: 1}``) strikes calls about that object alone.
    """

    faults: tuple[KitWords, ...] = ()
    settings: KitWords = field(default_factory=dict)
    advance_ms: int = 0
    effects: tuple[KitWords, ...] = ()
    scenario: str | None = None


@value_class
class Check:
    """One look at the journal: the name of a predicate, what it is given, and at the scenes of which role it looks.

    ``role`` None: at every scene of the test. ``level`` SHOULD: what it finds is a warning, never a failure.
    """

    name: str
    given: KitWords = field(default_factory=dict)
    role: Role | None = None
    level: Level = "MUST"


@value_class
class Scene:
    """One try: the task that is put to the client, and the stimulus it meets.

    ``task`` names a maker of ``emulator/certification/tasks``; ``given`` are its words. ``say`` is what a person at the
    vendor's system is told beside the task itself.
    """

    role: Role
    task: str
    given: KitWords = field(default_factory=dict)
    stimulus: Stimulus = field(default_factory=Stimulus)
    say: Both = field(default_factory=dict)


@value_class
class Test:
    """One test. ``needs`` is what must have been reached (``reached.py``), ``feature`` what may be declared absent.

    ``together``: its scenes follow one another as the kit has them; those of other tests are dealt out by the seed.

    A silence test has scenes ``defect``, ``twin`` (the same without the defect) and ``control`` (afterwards); its
    checks: ``seen`` (the client met the defect), ``quiet`` (nothing forbidden), and ``proceeds`` on twin and control.
    """

    id: str
    group: str
    kind: TestKind
    title: Both
    requirements: tuple[str, ...]
    level: Level = "MUST"
    needs: tuple[str, ...] = ()
    together: bool = False
    feature: str | None = None
    scenes: tuple[Scene, ...] = ()
    checks: tuple[Check, ...] = ()
    next: Both = field(default_factory=dict)
    example: Both = field(default_factory=dict)
    statement: Both = field(default_factory=dict)  # attest: what a person declares


@value_class
class Kit:
    """A kit: ``digest`` is that of its file, ``groups`` and ``features`` are sentences by short name."""

    id: str
    version: str
    title: Both
    purpose: Both
    groups: Mapping[str, Both]
    features: Mapping[str, Both]
    tests: tuple[Test, ...]
    text: str = ""
    digest: str = ""

    def test(self, test_id: str) -> Test:
        """Return a test by id. Raises KeyError when there is none."""
        return next(test for test in self.tests if test.id == test_id)
