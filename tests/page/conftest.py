"""A service over the texts of this repository, and Chromium to look at its page."""

from __future__ import annotations

import datetime
import os
import shutil
import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from playwright.async_api import Browser, async_playwright

from bot.page.embedding import host_page, host_server, snippet
from tests.page.service import Service, free_port, open_service, serve
from tests.page.sites import Site, open_site

EXIT_HOST = "exit.test"
EXIT_URL = f"https://{EXIT_HOST}/"
NEUTRAL = "<!doctype html><html lang=en><title>Weather</title><h1>Weather</h1>"
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run"),
]


class Following(httpx.AsyncClient):
    """Goes on to the page that answers a form, as a browser does."""

    async def post(self, *what: Any, **with_: Any) -> httpx.Response:
        answer = await super().post(*what, **with_)
        place = answer.headers.get("location", "")
        return await self.get(place) if place.startswith("/chat?at=") else answer


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    """One service for all tests; each begins its own conversation."""
    return open_service(tmp_path_factory.mktemp("service"))


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(service.app, raise_app_exceptions=False)
    async with Following(transport=transport, base_url="http://page.test") as client:
        yield client


@pytest.fixture(scope="session")
def exit_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A neutral page over HTTPS where Leave leads."""
    server = host_server(NEUTRAL, 0)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(tmp_path_factory.mktemp("exit")))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def host_port() -> int:
    """The port of a page of another site."""
    return free_port()


@pytest.fixture(scope="session")
def partner_port() -> int:
    """The port of a second site that may show the page; its pages are the test's."""
    return free_port()


@pytest.fixture(scope="session")
def served(
    tmp_path_factory: pytest.TempPathFactory, host_port: int, partner_port: int
) -> Iterator[Service]:
    """A service that a browser can reach, and that two other sites may show inside their own."""
    port = free_port()
    opened = open_service(
        tmp_path_factory.mktemp("served"),
        exit_url=EXIT_URL,
        answer_deadline=1.0,
        embed_origins=(f"http://localhost:{host_port}", f"http://localhost:{partner_port}"),
    )
    with serve(opened, port):
        yield Service(
            opened.app, opened.edge, opened.worker, opened.config, f"http://127.0.0.1:{port}"
        )


@pytest.fixture(scope="session")
def host(served: Service, host_port: int) -> Iterator[str]:
    """The address of that other site: another origin, with the snippet in its page."""
    page = host_page(snippet(served.address, EXIT_URL, "en"))
    with host_server(page, host_port) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{host_port}"
        server.shutdown()


@pytest.fixture
def slow_worker(served: Service) -> Iterator[None]:
    """The worker answers long after everybody has gone."""
    usual, served.worker.delay = served.worker.delay, 4.0
    yield
    served.worker.delay = usual


@pytest.fixture(scope="session")
def partner(partner_port: int) -> Iterator[Site]:
    """A site that may show the page."""
    yield from open_site(partner_port)


@pytest.fixture(scope="session")
def stranger() -> Iterator[Site]:
    """A site that may not."""
    yield from open_site(free_port())


@pytest.fixture
def copied(served: Service) -> str:
    """A page of another site with the snippet as it is copied."""
    return host_page(snippet(served.address, EXIT_URL, "en"))


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Debian's Chromium."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or ""
    if not Path(found).is_file():
        message = "Chromium is missing: install the package chromium or set CHROMIUM to its path."
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str, exit_port: int) -> AsyncIterator[Browser]:
    """A browser that can reach this machine and the neutral page alone."""
    rules = ",".join(
        (
            f"MAP {EXIT_HOST}:443 127.0.0.1:{exit_port}",
            "MAP localhost 127.0.0.1",
            "MAP * ~NOTFOUND",
            "EXCLUDE 127.0.0.1",
        )
    )
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(
            executable_path=chromium, args=[*ARGUMENTS, f"--host-resolver-rules={rules}"]
        )
        yield opened
        await opened.close()


def _certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, EXIT_HOST)])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(EXIT_HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "exit.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
