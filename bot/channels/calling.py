"""How a platform's API is called where the vendor's library does not do it."""

from __future__ import annotations

import logging

import requests


def quiet_session() -> requests.Session:
    """A session that takes no proxy and no password from the environment and logs no address."""
    # urllib3 logs addresses, some at WARNING, and ours hold tokens and proofs.
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    session = requests.Session()
    session.trust_env = False
    return session
