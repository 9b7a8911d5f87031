"""The records that a scenario adds and what its effects name, held against the pack that it will play over."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache, cached_property
from typing import Any, NamedTuple

import yaml

from emulator.country.agenda import BadEffect
from emulator.country.axis_records import GRANTS, GROUPS, HOSTED_FILES, HOSTS, SUBSYSTEMS
from emulator.country.effects import GATEWAY_NAMES, check
from emulator.country.furnish import choice_findings, nearest, row_findings
from emulator.country.pack import Pack
from emulator.country.pack_tables import OWN, PackPart, PackTable, table_of
from emulator.scenario.replies import PLACEHOLDER
from emulator.scenario.script import LIKE, StateMachine
from emulator.scenario.yaml_text import Page, members, plain
from emulator.services.btxh.pack_tables import DOSSIER_CODE, PROCEDURE_CODE
from emulator.services.packs import pack_part
from emulator.services.portal.pack import portal_base, row_troubles
from emulator.services.registry import host_services
from emulator.wire.axis import NotASubsystem, read_subsystem
from emulator.wire.codes import short_form

PAPERS = "papers"
_PAPER = table_of("SoDinhDanhChuSoHuu MaKetQua TenGiayTo SoKyHieu CoQuanChuQuan DanhSachTepDinhKem")
_OWNER = "owners"
_KEYS: Mapping[str, tuple[str, ...]] = {PAPERS: ("SoDinhDanhChuSoHuu", "MaKetQua", "SoKyHieu")}
_NAMES = {"files": "hosted_files", "rights": "grants"}
"""The tables of a pack that have another name here."""


@cache
def _part() -> PackPart:
    """Return the tables of fixtures: those of a pack, but for what a scenario says in its own way."""
    tables: dict[str, PackTable] = {
        name: pack_part().tables[name] for name in ("dossiers", "steps", "people", "subsystems", "hosts")
    }
    people = tables["people"]
    tables["people"] = replace(people, optional=frozenset(people.names) - {"HoVaTen", "CMND"})
    tables[_OWNER] = table_of("SoDinhDanh")
    tables["agencies"] = table_of("MACOQUAN TENCOQUAN", "DSTCODE CAPDONVI", keys="MACOQUAN")
    tables["files"] = table_of("host path name", "content_type file text is_attachment made_size", keys="host path")
    tables["rights"] = table_of("provider subject", keys="provider subject")
    return replace(OWN, tables=tables, forms=pack_part().forms)


class KnownNames:
    """What there is when a scenario plays: the pack, and what the scenario adds to it."""

    def __init__(self, pack: Pack, fixtures: Mapping[str, Iterable[Mapping[str, Any]]]) -> None:
        self.pack, self._fixtures = pack, fixtures

    def dossiers(self) -> Collection[str]:
        """Return the codes of all dossiers."""
        added = self._added_cells("dossiers", DOSSIER_CODE)
        return [*self.pack.dossiers.by_key, *added] if added else self.pack.dossiers.by_key

    def procedures(self) -> Collection[str]:
        """Return the codes of the ministry's procedures."""
        return [str(row[PROCEDURE_CODE]) for row in self.pack.rows("procedures")]

    @cached_property
    def _subsystems(self) -> dict[str, None]:
        added = [*self._added_cells("subsystems", "DSTCODE"), *self._added_cells("agencies", "DSTCODE")]
        return dict.fromkeys([*self.pack.base(SUBSYSTEMS).by_key, *added])

    def subsystems(self) -> Collection[str]:
        """Return every DSTCODE."""
        return self._subsystems

    def subjects(self) -> Collection[str]:
        """Return whom a right may be given to: subsystems and groups."""
        return [*self.subsystems(), *self.pack.base(GROUPS).by_key]

    def hosts(self) -> Collection[str]:
        """Return the names of all hosts."""
        return [*self.pack.base(HOSTS).by_key, *self._added_cells("hosts", "name")]

    def agencies(self) -> Collection[str]:
        """Return the codes of all agencies, as subsystems have them."""
        found = {each.agency_code for each in self.pack.base(SUBSYSTEMS).by_key.values()}
        found |= {*self._added_cells("subsystems", "MACOQUAN"), *self._added_cells("agencies", "MACOQUAN")}
        found |= {str(self.pack.settings().get("agency_code") or "H26")}
        return sorted({*found, *map(short_form, found)})

    def result_kinds(self) -> Collection[str]:
        """Return the codes of the portal's results."""
        return portal_base(self.pack.folders).result_kinds

    def rights(self) -> Collection[tuple[str, str]]:
        """Return who may call whom: provider and subject."""
        return self._rights

    @cached_property
    def _rights(self) -> set[tuple[str, str]]:
        added = [(str(row.get("provider")), str(row.get("subject"))) for row in self._fixtures.get("rights", ())]
        return {*((each.provider, each.subject) for each in self.pack.base(GRANTS).by_key.values()), *added}

    def _added_cells(self, table: str, column: str) -> list[str]:
        return [str(row[column]) for row in self._fixtures.get(table, ()) if row.get(column)]


class _Reference(NamedTuple):
    """A column that names a record of another table."""

    table: str
    column: str
    known: Collection[str]
    vi: str


def _references(known: KnownNames, tables: Collection[str]) -> Iterator[_Reference]:
    subsystems, hosts = "hệ thống con", "máy chủ"
    yield _Reference("hosts", "subsystem", known.subsystems(), subsystems)
    yield _Reference("subsystems", "alias_of", known.subsystems(), subsystems)
    yield _Reference("files", "host", known.hosts(), hosts)
    yield _Reference("rights", "provider", known.subsystems(), subsystems)
    yield _Reference("rights", "subject", known.subjects(), "hệ thống con hay nhóm")
    yield _Reference("steps", DOSSIER_CODE, known.dossiers(), "hồ sơ")
    yield _Reference("dossiers", PROCEDURE_CODE, known.procedures(), "thủ tục")
    if PAPERS in tables:  # the portal's tables are read when they are asked for
        yield _Reference(PAPERS, "MaKetQua", known.result_kinds(), "mã kết quả")


def check_fixtures(sheets: yaml.Node | None, known: KnownNames | None, page: Page) -> None:
    """Look at the records to add as a pack's inspection does; one that is ``like`` another may leave fields out."""
    tables = [(str(key.value), rows) for key, rows in members(sheets)] if sheets is not None else []
    references = list(_references(known, {name for name, _ in tables})) if known else []
    for table, rows in tables:
        seen: dict[str, int] = {}
        for row in rows.value if isinstance(rows, yaml.SequenceNode) else ():
            if isinstance(row, yaml.MappingNode):
                _check_row(table, row, known, page)
                _check_references(table, row, references, page)
                _find_repeat(table, row, seen, page)


def _check_row(table: str, row: yaml.Node, known: KnownNames | None, page: Page) -> None:
    keys = {str(key.value): (key, value) for key, value in members(row)}
    if table == PAPERS:
        return _check_paper(row, page)
    if table not in _part().tables:
        return None  # the grammar has told
    texts = {name: value.value for name, (_, value) in keys.items() if isinstance(value, yaml.ScalarNode)}
    is_copy = table == "dossiers" and texts.pop(LIKE, None) is not None
    findings = [*row_findings(table, "1", texts, _part())]
    findings += choice_findings(_NAMES.get(table, table), {"1": texts})
    for finding in findings:
        at = keys.get(finding.path[-1])
        if at:
            page.say(at[0] if finding.on_key else at[1], finding.vi, finding.en)
        elif not is_copy:
            page.say(row, finding.vi, finding.en)
    if table in ("hosts", "files"):
        _check_place(table, row, {name: (each[1], texts.get(name, "")) for name, each in keys.items()}, known, page)
    return None


def _check_place(
    table: str, row: yaml.Node, cells: Mapping[str, tuple[yaml.Node, str]], known: KnownNames | None, page: Page
) -> None:
    """Look at a host's service and at where the bytes of a file come from."""
    if table == "hosts":
        node, service = cells.get("service", (row, ""))
        if service and service not in host_services():
            vi, en = nearest(service, host_services())
            names = ", ".join(host_services())
            page.say(node, f"service: không có “{service}”; có: {names}{vi}", f"service: there are: {names}{en}")
        return
    node, path = cells.get("path", (row, "/"))
    if not path.startswith("/"):
        page.say(node, f"path: “{path}” phải bắt đầu bằng /", f"path: {path!r} must begin with '/'")
    node, file = cells.get("file", (row, ""))
    if file and known and not any(file == each.file for each in known.pack.base(HOSTED_FILES).by_key.values()):
        vi, en = "file: gói không có tệp này; viết nội dung trong text", "file: no such file in the pack; write a text"
        page.say(node, vi, en)
    if not {"text", "file", "made_size"} & set(cells):
        page.say(row, "Thiếu nội dung tệp: text", "the content of the file is missing: text")


def _check_paper(row: yaml.Node, page: Page) -> None:
    keys, content = {str(key.value): (key, value) for key, value in members(row)}, plain(row)
    for name, (key, _) in keys.items():
        if name not in _PAPER.known_names:
            vi, en = nearest(name, _PAPER.names)
            page.say(key, f"Trường lạ “{name}”{vi}", f"unknown field {name!r}{en}")
    owner = content.get("SoDinhDanhChuSoHuu")
    for finding in row_findings(_OWNER, "1", {"SoDinhDanh": owner}, _part()) if owner is not None else ():
        page.say(keys["SoDinhDanhChuSoHuu"][1], finding.vi, finding.en)
        return
    for column, vi, en in row_troubles(PAPERS, content, {owner}):
        page.say(keys[column][1] if column in keys else row, vi, en)


def _check_references(table: str, row: yaml.Node, references: Iterable[_Reference], page: Page) -> None:
    cells = {str(key.value): value for key, value in members(row) if isinstance(value, yaml.ScalarNode)}
    for each in references:
        node = cells.get(each.column) if each.table == table else None
        if node is not None and node.value and node.value not in each.known:
            vi, en = nearest(node.value, each.known)
            column, value = each.column, node.value
            page.say(node, f"{column}: không có {each.vi} “{value}”{vi}", f"{column}: there is no {value!r}{en}")


def _find_repeat(table: str, row: yaml.Node, seen: dict[str, int], page: Page) -> None:
    """Find a record that another one of the same scenario takes the place of."""
    cells = {str(key.value): str(value.value) for key, value in members(row)}
    names = _KEYS.get(table) or (_part().tables[table].keys if table in _part().tables and table != "steps" else ())
    if not names or not all(cells.get(name) for name in names):
        return
    key = " ".join(cells[name] for name in names)
    if key in seen:
        vi, en = f"{key}: đã có ở dòng {seen[key]}", f"{key}: is there already, in line {seen[key]}"
        page.say(row, vi, en)
    seen.setdefault(key, row.start_mark.line + 1)


# What the effects of a scenario name, held against the pack: dossiers, hosts, rights, procedures, states.


def effects_in(root: yaml.Node) -> Iterator[tuple[Mapping[str, Any], yaml.Node]]:
    """Yield every effect below a node, with its own node, wherever it stands, but those that the grammar refuses."""
    for node in walk(root):
        for key, value in members(node):
            if key.value in ("effects", "timeline") and isinstance(value, yaml.SequenceNode):
                for row in value.value:
                    for each in (value for name, value in members(row) if name.value == "do"):
                        yield from _sound(each)


def _sound(node: yaml.Node) -> Iterator[tuple[Mapping[str, Any], yaml.Node]]:
    effect = plain(node)
    try:
        check(effect)
    except BadEffect:
        return  # the grammar has told
    yield effect, node
    if effect["kind"] == "again":
        yield from (pair for name, value in members(node) if name.value == "do" for pair in _sound(value))


def walk(node: yaml.Node) -> Iterator[yaml.Node]:
    """Yield a node and every one below it but names."""
    yield node
    if isinstance(node, yaml.SequenceNode):
        for each in node.value:
            yield from walk(each)
    for _, value in members(node):
        yield from walk(value)


class EffectChecks:
    """The effects of one scenario; ``known`` is what there is, None when nobody knows the pack."""

    def __init__(
        self, root: yaml.Node, machines: Mapping[str, StateMachine], known: KnownNames | None, page: Page
    ) -> None:
        self.effects = list(effects_in(root))
        self._machines, self._known, self._page = machines, known, page
        self._tails: dict[tuple[str, str], tuple[str, str]] = {}
        of_kind = {
            kind: [each for each, _ in self.effects if each["kind"] == kind] for kind in ("rename-server", "grant")
        }
        self._renames = [(str(each["from"]), str(each["to"])) for each in of_kind["rename-server"]]
        self._new_names, self._old_names = {new for _, new in self._renames}, {old for old, _ in self._renames}
        self._granted = {(str(each["provider"]), str(each["subject"])) for each in of_kind["grant"]}

    def look(self) -> None:
        """Tell the page of everything that is found."""
        for effect, node in self.effects:
            kind = effect["kind"]
            if kind == "state":
                self._look_at_move(effect, node)
            if kind == "enter":
                vi, en = "enter là việc nội bộ; dùng kind: state", "enter is internal; use kind: state"
                self._page.say(node, vi, en)
            if self._known is not None:
                self._look_at_names(effect, node, self._known)

    def _look_at_move(self, effect: Mapping[str, Any], node: yaml.Node) -> None:
        machine = self._machines.get(str(effect["name"]))
        if machine is None:
            self._look_up("name", str(effect["name"]), self._machines, node)
        else:
            self._look_up("value", str(effect["value"]), machine.states, node)

    def _look_at_names(self, effect: Mapping[str, Any], node: yaml.Node, known: KnownNames) -> None:
        for name, names in _named_by(effect, known, self._new_names):
            self._look_up(name, str(effect[name]), names, node)
        if effect["kind"] == "set":
            for code in effect["settings"].get("retired_procedures") or ():
                self._look_up("retired_procedures", str(code), known.procedures(), node)
        if effect["kind"] == "rename-server":
            self._look_at_new_name(effect, node, known)
        if effect["kind"] == "withdraw":
            self._look_at_right(effect, node, known)

    def _look_at_new_name(self, effect: Mapping[str, Any], node: yaml.Node, known: KnownNames) -> None:
        old, new, at = str(effect["from"]), str(effect["to"]), _node_of("to", node)
        if PLACEHOLDER.search(new):
            return
        is_left = new != old and new in self._old_names  # by another renaming
        if new in known.subsystems() and not is_left:
            self._page.say(at, f"to: “{new}” đã là của hệ thống khác", f"to: {new!r} is another subsystem's already")
        try:
            read_subsystem(new)
        except NotASubsystem as trouble:
            self._page.say(at, f"to: {trouble.vi}", f"to: {trouble.en}")

    def _look_at_right(self, effect: Mapping[str, Any], node: yaml.Node, known: KnownNames) -> None:
        pair = str(effect["provider"]), str(effect["subject"])
        if any(map(PLACEHOLDER.search, pair)) or pair in self._granted or pair in known.rights():
            return
        if {*pair} <= {*known.subjects()}:
            vi = f"{pair[1]} không có quyền nào trên {pair[0]} để thu hồi"
            self._page.say(node, vi, f"{pair[1]} has no right on {pair[0]} to withdraw")

    def _look_up(self, name: str, value: str, known: Collection[str], node: yaml.Node) -> None:
        if value in known or PLACEHOLDER.search(value):
            return
        if (name, value) not in self._tails:
            self._tails[name, value] = nearest(value, known)
        vi, en = self._tails[name, value]
        self._page.say(_node_of(name, node), f"{name}: không có “{value}”{vi}", f"{name}: there is no {value!r}{en}")


def _node_of(name: str, node: yaml.Node) -> yaml.Node:
    return next((value for key, value in members(node) if key.value == name), node)


def _named_by(
    effect: Mapping[str, Any], known: KnownNames, renamed: Collection[str]
) -> Iterator[tuple[str, Collection[str]]]:
    """Yield the words of an effect that name something of the pack, each with what there is."""
    kind = effect["kind"]
    if kind in ("move", "result"):
        yield "dossier", known.dossiers()
    if kind == "application" and "procedure" in effect:
        yield "procedure", known.procedures()
    if kind in ("grant", "withdraw"):
        yield "provider", [*known.subsystems(), *renamed]
        yield "subject", [*known.subjects(), *renamed]
    if kind == "rename-server":
        yield "from", [*known.subsystems(), *renamed]
    if kind in ("retire-host", "tls"):
        yield "host", [*known.hosts(), *(GATEWAY_NAMES if kind == "tls" else ())]
