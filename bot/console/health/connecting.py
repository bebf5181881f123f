"""HTTPS connections to checked addresses only; how long the certificate lasts is noted."""

from __future__ import annotations

import socket
import ssl
from typing import Any

from cryptography import x509
from requests.adapters import HTTPAdapter
from urllib3 import HTTPSConnectionPool
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError

from bot.console.health.addresses import Trusted, resolve

HTTPS_PORT = 443


class GuardedAdapter(HTTPAdapter):
    """Connects to the very addresses that were checked, so that a name cannot change in between.

    `ends`: host -> end of the certificate that it showed (seconds since 1970).
    """

    def __init__(self, trusted: Trusted) -> None:
        self.trusted = trusted
        self.ends: dict[str, float] = {}
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        adapter = self

        class Connection(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return _connected(self, adapter.trusted, super()._new_conn)

            def connect(self) -> None:
                super().connect()
                shown = self.sock.getpeercert() if isinstance(self.sock, ssl.SSLSocket) else None
                if shown:
                    adapter.ends[self.host] = ssl.cert_time_to_seconds(str(shown["notAfter"]))

        class Pool(HTTPSConnectionPool):
            ConnectionCls = Connection

        self.poolmanager.pool_classes_by_scheme = {"https": Pool}


def _connected(connection: HTTPSConnection, trusted: Trusted, connect: Any) -> socket.socket:
    """A socket to the first checked address that answers; the name stays for the certificate."""
    name = connection._dns_host
    error: Exception = NewConnectionError(connection, "no address")
    for address in resolve(connection.host, connection.port or HTTPS_PORT, trusted):
        connection._dns_host = address
        try:
            made: socket.socket = connect()
            return made
        except (OSError, HTTPError) as failed:
            error = failed
        finally:
            connection._dns_host = name
    raise error


def certificate_end(host: str, port: int, trusted: Trusted, *, timeout: float) -> float | None:
    """When a certificate ends that browsers do not trust (seconds since 1970); None: not known."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # it is only read: nothing is asked over this connection
    context.verify_mode = ssl.CERT_NONE
    try:
        address = resolve(host, port, trusted)[0]
        with (
            socket.create_connection((address, port), timeout=timeout) as plain,
            context.wrap_socket(plain, server_hostname=host) as safe,
        ):
            shown = safe.getpeercert(binary_form=True)
        return x509.load_der_x509_certificate(shown or b"").not_valid_after_utc.timestamp()
    except Exception:  # noqa: BLE001 - a server may send anything; not knowing is no failure
        return None
