"""The pytest plugin. A suite that asks for none of its fixtures imports nothing but this module.

These files are also those of ``ndxp-emulator-pytest``, which has the emulator in an environment of its own: hence the
relative imports. PYTEST_DONT_REWRITE: there is no assert statement to rewrite.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .inprocess import InProcess, InProcessCountry
    from .ndxp import Ndxp
    from .server import Server

_NOT_HERE = (
    "ndxp_inprocess cần ndxp-emulator trong chính môi trường này; ndxp thì không. / ndxp_inprocess needs ndxp-emulator "
    "in this very environment; ndxp does not."
)
MARKERS = (
    "ndxp_scenario(name, **values): kịch bản của sandbox, tên hoặc tệp ./x.yaml, cùng giá trị tham số / "
    "the scenario that the test's sandbox plays: a name or a file, with values of its parameters",
    "ndxp_fault(fault, on='*', nth=None, times=None, probability=None, seed=None, ttl_ms=None, **params): "
    "đặt một lỗi, lặp lại được / arm a fault; may be repeated",
    "ndxp_clock(at): đồng hồ đứng yên lúc `at` (ISO 8601) / the clock stands still at `at`",
    "ndxp_mode(mode): strict, documented hoặc/or observed",
    "ndxp_settings(**settings): thiết lập của sandbox / settings of the sandbox",
)


def pytest_addoption(parser: Any) -> None:
    """Declare what may stand in the project's pytest settings."""
    parser.addini("ndxp_serve", "thêm cờ cho / more flags for `ndxp-emulator serve`", type="args", default=[])


def pytest_configure(config: Any) -> None:
    """Declare the markers, so that ``--strict-markers`` knows them."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)


@pytest.fixture(scope="session")
def ndxp_server(pytestconfig: Any) -> Iterator[Server]:
    """The server of this process: its own on a free port, or the one that ``NDXP_EMULATOR_URL`` names."""
    from .server import OwnServer, existing, variables_past_the_proxy

    with pytest.MonkeyPatch.context() as environment:
        for name, value in variables_past_the_proxy().items():
            environment.setenv(name, value)
        server = existing() or OwnServer(pytestconfig.getini("ndxp_serve"))
        try:
            yield server
        finally:
            server.close()


@pytest.fixture(scope="session")
def ndxp_factory(ndxp_server: Server, request: pytest.FixtureRequest) -> Iterator[Callable[..., Ndxp]]:
    """Return what makes sandboxes that live as long as the run, for fixtures of a module, a class or the session."""
    from .marks import making

    with making(ndxp_server.line, request) as make:
        yield make


@pytest.fixture(scope="module")
def ndxp_module(ndxp_server: Server, request: pytest.FixtureRequest) -> Iterator[Ndxp]:
    """A country that all tests of a module share; the module's own ``pytestmark`` sets it up."""
    from .marks import making

    with making(ndxp_server.line, request) as make:
        yield make()


@pytest.fixture
def ndxp_make(ndxp_server: Server, request: pytest.FixtureRequest) -> Iterator[Callable[..., Ndxp]]:
    """Return what makes fresh sandboxes: ``ndxp_make(mode="strict", seed=7)``; all are gone after the test."""
    from .marks import making

    with making(ndxp_server.line, request) as make:
        yield make


@pytest.fixture
def ndxp(ndxp_make: Callable[..., Ndxp]) -> Ndxp:
    """A fresh country of this test alone, over HTTP."""
    return ndxp_make()


@pytest.fixture(scope="session")
def ndxp_inprocess_country(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcessCountry]:
    """A whole emulator inside this process, without a port."""
    try:
        from .inprocess import InProcessCountry
    except ModuleNotFoundError:
        pytest.fail(_NOT_HERE, pytrace=False)
    country = InProcessCountry(tmp_path_factory.mktemp("ndxp") / "store.db")
    try:
        yield country
    finally:
        country.close()


@pytest.fixture
def ndxp_inprocess(ndxp_inprocess_country: InProcessCountry, request: pytest.FixtureRequest) -> Iterator[InProcess]:
    """A fresh country of this test alone, inside this process: ``.http`` and ``.session()`` reach it."""
    from .inprocess import InProcess
    from .marks import making

    with making(ndxp_inprocess_country.line, request) as make:
        yield InProcess(make(), ndxp_inprocess_country)
