"""What ``record --scenario`` and ``scenario from-recording`` share: writing a scenario and trying it out."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.cli.terminal import CannotStart

if TYPE_CHECKING:
    from emulator.country.pack import Pack
    from emulator.recording.session import Recorded
    from emulator.recording.to_scenario import ScenarioDraft


_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def session_of(path: Path) -> list[Recorded]:
    """Return a session.

    Raises:
        CannotStart: it cannot be read, is none, or holds what could be somebody's.
    """
    from emulator.recording.session import BadSession, read_session

    try:
        return read_session(path)
    except OSError as trouble:
        raise CannotStart(f"Không đọc được {path}: {trouble}. / Cannot read {path}: {trouble}.") from trouble
    except BadSession as trouble:
        raise CannotStart(f"{trouble}") from trouble


def check_id(scenario_id: str) -> None:
    """Stop when an id cannot be a scenario's.

    Raises:
        CannotStart: it cannot.
    """
    if not _ID.fullmatch(scenario_id):
        raise CannotStart(
            f"“{scenario_id}”: chỉ chữ thường không dấu, số và “-”. / lower-case letters, digits and '-'."
        )


def agency_of(exchanges: Sequence[Recorded]) -> str | None:
    """Return the agency whose dossiers a session is about most, for the fresh emulator's account to belong to."""
    from emulator.wire.codes import agencies_in

    counted = Counter(code for each in exchanges for code in agencies_in(each.request.content.text or ""))
    return counted.most_common(1)[0][0] if counted else None


def write_scenario(exchanges: Sequence[Recorded], scenario_id: str, folder: Path) -> None:
    """Write a session as the scenario ``<id>.yaml``, check it as ``validate`` does, play it, and say what came of it.

    Raises:
        CannotStart: the id or the folder will not do, or nothing in the session can be replayed.
    """
    from emulator.cli.in_process import FreshEmulator
    from emulator.country.sandbox import Definition
    from emulator.recording.replay import Teller
    from emulator.recording.to_scenario import draft_scenario
    from emulator.services.packs import load_pack

    check_id(scenario_id)
    pack, agency = load_pack("co-ban"), agency_of(exchanges)
    with FreshEmulator(pack, Definition(mode="observed"), agency) as emulator:
        draft = draft_scenario(Teller(emulator).tell(exchanges), scenario_id)
    for each in draft.left_out:
        click.echo(f"#{each.number}: {each.vi} / {each.en}", err=True)
    if not draft.document["steps"]:
        raise CannotStart("Không có trả lời nào phát lại được. / There is no answer to replay.")
    path = _write(draft, folder / f"{scenario_id}.yaml")
    played = _count_same_answers(path, pack, exchanges, draft)
    click.echo(
        json.dumps(
            {
                "event": "scenario",
                "path": str(path),
                "steps": len(draft.document["steps"]),
                "played": played,
                "of": len(draft.answered),
            }
        )
    )
    if played < len(draft.answered):
        vi = f"{len(draft.answered) - played} trả lời không phát lại đúng: trình giả lập từ chối trước khi kịch bản nói"
        click.echo(f"{vi} / not all are replayed: the emulator refuses before a scenario speaks", err=True)


def _write(draft: ScenarioDraft, path: Path) -> Path:
    from emulator.cli.terminal import draft_of
    from emulator.country.privacy import looked_through
    from emulator.scenario.grammar import schema
    from emulator.scenario.library import Library
    from emulator.scenario.reader import Source, problems_of
    from emulator.scenario.template import SCHEMA_FILE, as_yaml

    path.parent.mkdir(parents=True, exist_ok=True)
    with draft_of(path, force=False) as stream:
        stream.write(as_yaml(draft.document))
    problems = [*problems_of(Source(path, Library((path.parent,)))), *looked_through(path)]
    if problems:
        path.unlink()
        raise CannotStart("\n".join(map(str, problems)))
    schema_file = path.with_name(SCHEMA_FILE)
    if not schema_file.exists():
        schema_file.write_text(json.dumps(schema(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path


def _count_same_answers(path: Path, pack: Pack, exchanges: Sequence[Recorded], draft: ScenarioDraft) -> int:
    """Return how many answers of the session the scenario gives, word for word."""
    from emulator.cli.in_process import FreshEmulator
    from emulator.country.sandbox import Definition
    from emulator.recording.replay import Teller

    definition = Definition(mode="observed", scenario=path.stem)
    with FreshEmulator(pack, definition, agency_of(exchanges), (path,)) as emulator:
        told = [each for each in Teller(emulator).tell(exchanges) if each.recorded.number in draft.answered]
    return sum(
        each.answered is not None
        and each.answered.status == each.recorded.status
        and (
            each.recorded.response.content.text is None
            or each.answered.body.decode("utf-8", "replace") == each.recorded.response.content.text
        )
        for each in told
    )
