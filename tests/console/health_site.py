"""A real site on this machine, over HTTPS, with certificates made for the test."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from bot.console.health.addresses import Trusted

HERE = "127.0.0.1"
PAGE = "<html><head><title>{title}</title></head><body><h1>Help</h1><p>{rest}</p></body></html>"


@dataclass
class Site:
    """Answers by path: `answers["/"](request)` writes one. `asked` are the paths in order."""

    port: int
    trusted: Trusted
    ends: float
    answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def url(self, path: str = "/", host: str = HERE) -> str:
        return f"https://{host}:{self.port}{path}"


def answer(
    status: int = 200, body: str | bytes = b"", kind: str = "text/html", **headers: str
) -> Callable[[BaseHTTPRequestHandler], None]:
    """An answer with a status, a body and headers (`Set_Cookie` is Set-Cookie)."""
    data = body.encode() if isinstance(body, str) else body

    def write(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(data)

    return write


def page(title: str = "A helper", rest: str = "Call us.") -> Callable[..., None]:
    """A page with a title and a text."""
    return answer(body=PAGE.format(title=title, rest=rest))


def leads_to(target: str, status: int = 302) -> Callable[..., None]:
    """A redirect."""
    return answer(status, Location=target)


def certificate(folder: Path, *, days: float = 90.0, names: tuple[str, ...] = (HERE,)) -> Path:
    """A file (PEM) with a key and a certificate that it signed itself; ends in `days` days."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test")])
    ends = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(days=days)
    alternatives: list[x509.GeneralName] = [
        x509.IPAddress(ip_address(each)) if each[0].isdigit() else x509.DNSName(each)
        for each in names
    ]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ends - timedelta(days=400))
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{days:g}-{names[0]}.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


@contextmanager
def open_site(file: Path) -> Iterator[Site]:
    """Serve with this certificate until the end; `trusted` allows this machine and trusts it."""
    known = x509.load_pem_x509_certificate(file.read_bytes())
    server = _Server((HERE, 0), _Handler)
    trusted = Trusted(frozenset({HERE}), file)
    ends = known.not_valid_after_utc.timestamp()
    server.site = Site(server.server_address[1], trusted, ends)
    server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.context.load_cert_chain(file)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    site: Site
    context: ssl.SSLContext

    def finish_request(self, request, client_address):  # in the thread of the request
        try:
            with self.context.wrap_socket(request, server_side=True) as safe:
                self.RequestHandlerClass(safe, client_address, self)
        except OSError:
            pass  # a visitor that does not trust us, or that left

    def handle_error(self, request, client_address):
        pass


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        site = self.server.site
        with site.lock:
            site.at_once += 1
            site.most_at_once = max(site.most_at_once, site.at_once)
            site.asked.append(self.path)
            site.headers.append(dict(self.headers))
        try:
            site.answers.get(self.path, answer(404))(self)
        finally:
            with site.lock:
                site.at_once -= 1

    def log_message(self, *_):
        pass
