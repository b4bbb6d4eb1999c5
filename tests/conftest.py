"""What all tests share: the state of our log before each, one PostgreSQL server and one S3 server for those that need them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.register.postgres import Server

#: No example fails for its time: how long one takes hangs on what else the machine does.
settings.register_profile("qq", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("qq")


@pytest.fixture(autouse=True)
def log_as_it_was() -> Iterator[None]:
    """The program sends its log to a file and nowhere else; a test that has it do so in this process leaves no trace."""
    log = logging.getLogger("qq_excel")
    yield
    log.propagate = True
    for handler in [h for h in log.handlers if isinstance(h, logging.FileHandler | logging.NullHandler)]:
        log.removeHandler(handler)
        handler.close()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.remove()


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """A server that speaks S3, with a bucket."""
    server = pytest.importorskip("moto.server").ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    system = pytest.importorskip("s3fs")
    server.start()
    host, port = server.get_host_and_port()
    known = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_ACCESS_KEY_ID": "qq", "AWS_SECRET_ACCESS_KEY": "qq",
        "AWS_DEFAULT_REGION": "us-east-1",
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        for name, value in known.items():
            patch.setenv(name, value)
        system.S3FileSystem().mkdir("bucket")
        yield "s3://bucket"
    server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A register that is not there yet, on either database."""
    if request.param == "sqlite":
        return str(tmp_path / "register.db")
    made: str = request.getfixturevalue("server").url
    return made
