"""One look at a link, at a real site on this machine over HTTPS."""

from __future__ import annotations

import socket
import threading

import pytest

from bot.console.health import addresses, checking
from bot.console.health.addresses import PUBLIC_ONLY, Trusted, is_public
from bot.console.health.checking import Looker, check_link, open_session
from bot.console.health.pages import page_hash
from bot.console.health.policy import policy
from tests.console.health_site import (
    HERE,
    answer,
    certificate,
    leads_to,
    open_site,
    page,
)

NAMES = (HERE, "helper.example", "other.example", "www.helper.example")


@pytest.fixture(scope="module")
def valid(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("valid"), names=NAMES)


@pytest.fixture
def site(valid, monkeypatch):
    real = socket.getaddrinfo

    def on_this_machine(host, *rest, **named):
        """Every name of the test is this machine; nothing is asked of the internet."""
        if host in NAMES:
            return real(HERE, *rest, **named)
        if host == HERE:
            return real(host, *rest, **named)
        raise socket.gaierror(socket.EAI_NONAME, "not known")

    monkeypatch.setattr(socket, "getaddrinfo", on_this_machine)
    with open_site(valid) as opened:
        yield opened


def look(site, path="/", *, before=None, host=HERE, **changes):
    with open_session("Handrail", "https://help.example") as session:
        url = site.url(path, host)
        return check_link(session, url, before=before, trusted=site.trusted, **changes)


def test_a_page_that_answers_is_ok_with_its_certificate_and_hash(site):
    site.answers["/"] = page()
    seen = look(site)
    assert (seen.outcome, seen.status, seen.final_url) == ("ok", 200, site.url())
    assert seen.certificate_ends == site.ends
    assert len(seen.body_hash) == 64


def test_it_says_who_asks_and_keeps_no_cookie(site):
    site.answers["/"] = answer(302, Location="/in", Set_Cookie="id=1")
    site.answers["/in"] = page()
    assert look(site).outcome == "ok"
    agent = site.headers[0]["User-Agent"]
    assert "Handrail" in agent and "https://help.example" in agent
    assert all("Cookie" not in headers for headers in site.headers)
    assert len(site.headers) == 2


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (404, "dead"),
        (410, "dead"),
        (401, "unreachable"),
        (403, "unreachable"),
        (429, "unreachable"),
        (500, "unreachable"),
        (503, "unreachable"),
    ],
)
def test_a_status_is_an_outcome(site, status, outcome):
    site.answers["/"] = answer(status)
    seen = look(site)
    assert (seen.outcome, seen.status) == (outcome, status)
    assert str(status) in seen.detail


@pytest.mark.parametrize("status", [301, 308])
def test_a_move_for_good_is_told_with_the_new_address(site, status):
    site.answers |= {"/": leads_to("/new", status), "/new": page()}
    seen = look(site)
    assert (seen.outcome, seen.final_url) == ("moved", site.url("/new"))
    assert site.url("/new") in seen.detail


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_move_for_the_moment_is_none(site, status):
    site.answers |= {"/": leads_to("/new", status), "/new": page()}
    seen = look(site)
    assert (seen.outcome, seen.final_url) == ("ok", site.url("/new"))


@pytest.mark.parametrize(
    ("host", "outcome"), [("other.example", "moved"), ("www.helper.example", "ok")]
)
def test_another_host_is_a_move_but_not_the_same_with_www(site, host, outcome):
    site.answers |= {"/": leads_to(site.url("/new", host)), "/new": page()}
    assert look(site, host="helper.example").outcome == outcome


def test_dates_counters_and_scripts_are_no_change(site):
    site.answers["/"] = page("A helper 2026", "12 visitors<script>var x = 'a'</script>")
    known = look(site).body_hash
    site.answers["/"] = page("A helper 2027", "13 visitors and news<script>var y = 'b'</script>")
    assert look(site, before=known).outcome == "ok"


def test_a_page_without_title_is_known_by_its_words_but_not_by_its_scripts(site):
    site.answers["/"] = answer(body="<p>Call us, 3 days</p><script>a()</script>")
    known = look(site).body_hash
    site.answers["/"] = answer(body="<p>Call us, 4 days</p><script>b()</script>")
    assert look(site, before=known).outcome == "ok"
    site.answers["/"] = answer(body="<p>Buy this name</p>")
    assert look(site, before=known).outcome == "changed"


def test_another_title_is_a_change_even_behind_a_move(site):
    site.answers["/"] = page()
    known = look(site).body_hash
    site.answers |= {"/": leads_to("/new", 301), "/new": page("This name is for sale")}
    seen = look(site, before=known)
    assert seen.outcome == "changed"
    assert site.url("/new") in seen.detail
    assert seen.body_hash != known


def test_what_is_no_page_has_no_hash(site):
    site.answers["/"] = answer(body=b"%PDF-1.7", kind="application/pdf")
    seen = look(site, before="0" * 64)
    assert (seen.outcome, seen.body_hash) == ("ok", None)


@pytest.mark.parametrize(
    ("answers", "asked", "word"),
    [
        ({"/": leads_to("/two"), "/two": leads_to("/")}, 2, "circle"),
        ({"/": leads_to("/")}, 1, "circle"),
        ({f"/{'a' * i}": leads_to(f"/{'a' * (i + 1)}") for i in range(20)}, 6, "more than 5"),
    ],
)
def test_redirects_without_end_are_left(site, answers, asked, word):
    site.answers |= answers
    seen = look(site)
    assert seen.outcome == "unreachable" and word in seen.detail
    assert len(site.asked) == asked


def test_of_an_endless_body_no_more_is_read_than_allowed(site):
    sent = []

    def endless(request):
        request.send_response(200)
        request.send_header("Content-Type", "text/html")
        request.end_headers()
        request.wfile.write(b"<title>Large</title>")
        for _ in range(4000):  # 64 MB
            request.wfile.write(b"x" * 16_384)
            sent.append(16_384)

    site.answers["/"] = endless
    assert look(site).outcome == "ok"
    assert sum(sent) < 32_000_000, "what the buffers of both sides hold, and no more"


@pytest.mark.parametrize("begun", [False, True])
def test_a_silent_site_is_left_after_the_time(site, begun):
    over = threading.Event()

    def silent(request):
        if begun:
            request.send_response(200)
            request.send_header("Content-Length", "100")
            request.end_headers()
            request.wfile.write(b"<title>")
        over.wait(20)

    site.answers["/"] = silent
    try:
        seen = look(site, rules=policy().model_copy(update={"timeout_seconds": 0.2}))
    finally:
        over.set()
    assert seen.outcome == "unreachable"


def test_a_site_that_drips_is_left_after_the_whole_time(site):
    over = threading.Event()

    def dripping(request):
        request.send_response(200)
        request.send_header("Content-Type", "text/html")
        request.end_headers()
        while not over.wait(0.05):
            request.wfile.write(b"x")

    site.answers["/"] = dripping
    try:
        seen = look(site, whole_seconds=0.4)
    finally:
        over.set()
    assert (seen.outcome, seen.detail) == ("unreachable", "The answer took too long.")


def test_a_certificate_that_ended_is_told_with_its_end(tmp_path):
    with open_site(certificate(tmp_path, days=-3)) as site:
        site.answers["/"] = page()
        seen = look(site)
    assert (seen.outcome, seen.certificate_ends) == ("certificate", site.ends)
    assert "has ended" in seen.detail
    assert site.asked == [], "nothing is asked over an unsafe connection"


@pytest.mark.parametrize(
    ("names", "authority", "words"),
    [((HERE,), "another", "signed by nobody known"), (("x.example",), "own", "another site")],
)
def test_a_certificate_that_browsers_refuse_is_told(tmp_path, valid, names, authority, words):
    file = certificate(tmp_path, names=names)
    with open_site(file) as site:
        trusted = Trusted(frozenset({HERE}), {"own": file, "another": valid}[authority])
        seen = Looker("Handrail", None, trusted).look(site.url(), None)
    assert (seen.outcome, seen.certificate_ends) == ("certificate", site.ends)
    assert words in seen.detail


def test_a_closed_door_is_unreachable(site, free_ports):
    (port,) = free_ports(1)
    seen = Looker(trusted=site.trusted).look(f"https://{HERE}:{port}/", None)
    assert (seen.outcome, seen.status) == ("unreachable", None)


@pytest.mark.parametrize(
    ("number", "others_known", "outcome"),
    [
        (socket.EAI_NONAME, True, "dead"),
        (socket.EAI_NONAME, False, "unreachable"),
        (socket.EAI_AGAIN, True, "unreachable"),
    ],
)
def test_a_name_is_dead_only_when_our_own_network_answers(
    monkeypatch, number, others_known, outcome
):
    def resolver(host, *_, **__):
        if host == addresses.WITNESS and others_known:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("198.41.0.4", 0))]
        raise socket.gaierror(number, "no")

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    assert Looker().look("https://gone.example/", None).outcome == outcome


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
    ],
)
def test_a_private_address_is_refused_before_anything_is_connected(monkeypatch, url):
    made = []
    monkeypatch.setattr(socket.socket, "connect", lambda *given: made.append(given))
    seen = Looker().look(url, None)
    assert (seen.outcome, seen.status) == ("unreachable", None)
    assert "private network" in seen.detail
    assert made == []


@pytest.mark.parametrize(
    "target", ["https://10.0.0.1/", "https://[::1]/", "https://169.254.169.254/x"]
)
def test_a_private_address_is_refused_after_a_redirect_too(site, monkeypatch, target):
    real = socket.getaddrinfo
    literal = {"10.0.0.1", "::1", "169.254.169.254"}

    def resolver(host, port, *rest, **named):
        if host in literal:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]
        return real(host, port, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    site.answers["/"] = leads_to(target)
    seen = look(site)
    assert seen.outcome == "unreachable" and "private network" in seen.detail


@pytest.mark.parametrize("target", ["http://helper.example/", "file:///etc/passwd", "ftp://x/"])
def test_only_https_is_followed(site, target):
    site.answers["/"] = leads_to(target)
    seen = look(site)
    assert seen.outcome == "unreachable" and "not encrypted" in seen.detail
    assert len(site.asked) == 1


def test_the_proxy_and_passwords_of_this_machine_are_not_used(site, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    site.answers["/"] = page()
    assert look(site).outcome == "ok"


def test_the_certificate_is_that_of_the_name_and_not_of_the_address(site, tmp_path):
    with open_site(certificate(tmp_path, names=("helper.example",))) as named:
        named.answers["/"] = page()
        assert look(named, host="helper.example").outcome == "ok"
        assert look(named, host="other.example").outcome == "certificate"


def test_one_private_address_among_public_ones_refuses_the_name(monkeypatch):
    both = ["93.184.215.14", "192.168.1.1"]
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 443)) for each in both]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(addresses.AddressRefused):
        addresses.resolve("both.example", 443, PUBLIC_ONLY)


@pytest.mark.parametrize(
    "url", ["https://", "https://[/", "https://a b/", "nothing", "https://x:y/"]
)
def test_what_is_no_address_raises_nothing(monkeypatch, url):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert Looker().look(url, None).outcome in ("unreachable", "dead")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
    ],
)
def test_only_public_addresses_are_public(address, public):
    assert is_public(address) is public


ODD = {
    "a section of nothing": b"<title>A</title><![odd[ x ]]>",
    "a section that is not closed": b"<title>A</title><![ x",
    "a number that is no character": b"<title>A &#" + b"9" * 9000 + b";</title>",
}


@pytest.mark.parametrize("case", ODD)
def test_a_page_that_is_not_well_made_is_read_all_the_same(site, case):
    site.answers["/"] = answer(body=ODD[case])
    seen = look(site)
    assert (seen.outcome, seen.body_hash) == ("ok", page_hash(b"<h1>a</h1>", "text/html"))


@pytest.mark.parametrize("piece", ["<!--", "<a ", "<![", "</a", "<", "<h1>", "<svg>", "&#9"])
def test_a_page_made_to_be_slow_is_read_in_one_go(piece):
    """Half a megabyte; a reader that begins anew at each sign needs hours, and pytest ends it."""
    body = (piece * policy().most_bytes)[: policy().most_bytes]
    page_hash(body.encode(), "text/html")


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("<TITLE>Help &amp; care</TITLE><h2>News</h2>", "help care"),
        ("<title>Help</title><h1 class='x'>for <b>you</b></h1>more", "help for you"),
        ("<!-- <h1>no</h1> --><svg><title>no</title></svg><h1>Help</h1>", "help"),
        ("<script>'<h1>no</h1>'</script><svg/><h1>Help</h1>", "help"),
        ("1 < 2 <p>words</p><style>h1</style>", "words"),
        ("<p>never closed</p><a href='x", "never closed"),
    ],
)
def test_a_page_is_known_by_title_and_first_headings(page, names):
    plain = page_hash(f"<h1>{names}</h1>".encode(), "text/html")
    assert page_hash(page.encode(), "text/html") == plain


def test_a_fault_of_ours_is_told_by_its_type_and_ends_no_round(site, monkeypatch, caplog):
    def broken(*_):
        raise AssertionError("what a page said")

    monkeypatch.setattr(checking, "page_hash", broken)
    site.answers["/"] = page()
    assert look(site).outcome == "unreachable"
    assert "AssertionError" in caplog.text and "what a page said" not in caplog.text
