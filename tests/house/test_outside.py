"""Addresses that a user gives lead into the internet, and nowhere else."""

import http.server
import ipaddress
import threading
import time

import pytest

from sellercloudx.lib import outside
from sellercloudx.lib.outside import NoAnswer, Refused, Rules, ask, check

PUBLIC = ipaddress.ip_address("93.184.215.14")

# Our own computer and network, in every spelling that some library somewhere understands.
PRIVATE = """
127.0.0.1 127.0.0.2 127.255.255.254 0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 172.16.0.1
172.31.255.255 192.168.0.1 192.168.255.255 169.254.169.254 169.254.0.1 100.64.0.1 100.127.255.255
192.0.0.1 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 192.88.99.1 224.0.0.1 239.255.255.255
240.0.0.1 255.255.255.255
2130706433 017700000001 0x7f000001 127.1 127.0.1 0177.0.0.1 0x7f.0.0.1 0x7f.1 0127.0.0.1
127.0.0.1. 127.0.0.01 1.1.1.0x1 3232235521
[::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:93.184.215.14] [::127.0.0.1]
[::ffff:0:127.0.0.1] [64:ff9b::7f00:1] [64:ff9b::127.0.0.1] [64:ff9b:1::7f00:1] [2002:7f00:1::]
[2002:0a00:0001::1] [2001:0:7f00:1::1] [2001:db8::1] [2001:10::1] [fe80::1] [fe80::1%25eth0]
[fc00::1] [fd12:3456::1] [fec0::1] [ff02::1] [100::1] [3fff::1] [5f00::1]
localhost localhost. localhost.localdomain. metadata router worker.railway.internal.
""".split()  # noqa: SIM905  a list of so many is read more easily in lines


ODD = [
    "http://example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://example.com/",
    "//example.com/",
    "example.com",
    "",
    "https://",
    "https:///path",
    "https://user@example.com/",
    "https://user:word@example.com/",
    "https://example.com@127.0.0.1/",
    "https://127.0.0.1#@example.com/",
    "https://example.com:22/",
    "https://example.com:0/",
    "https://example.com:99999/",
    "https://example.com:x/",
    "https://example.com:/",
    "https://example.com\\@127.0.0.1/",
    "https://exam ple.com/",
    "https://example.com/\r\nHost: a",
    "https://example.com\t.evil/",
    "https://ⓔxample.com/",
    "https://127。0。0。1/",
    "https://[::1/",
    "https://-a-.com/",
    "https://a..com/",
    "https://" + "a" * 300 + ".com/",
    "https://%31%32%37.0.0.1/",
]


def test_there_are_enough_of_them():
    assert len(set(PRIVATE)) >= 60


@pytest.mark.parametrize("host", PRIVATE)
def test_a_private_address_is_refused_in_every_spelling(host):
    with pytest.raises(Refused):
        check(f"https://{host}/")


@pytest.mark.parametrize("url", ODD)
def test_what_is_oddly_written_is_refused_before_any_name_is_looked_up(url):
    with pytest.raises(Refused):
        check(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/a.jpg?x=1#y",
        "https://example.com:443/",
        "https://xn--e1afmkfd.xn--p1ai/",
        "https://93.184.215.14/",
        "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/",
        "https://a-b.cd.example.uz/",
    ],
)
def test_what_is_in_the_internet_may_be_asked(url):
    check(url)


@pytest.mark.parametrize("inside", ["10.0.0.1", "::1", "::ffff:10.0.0.1", "64:ff9b::a00:1"])
def test_a_name_that_leads_inside_is_refused(inside):
    """Also where only one of its addresses does."""
    addresses = [PUBLIC, ipaddress.ip_address(inside)]
    with pytest.raises(Refused, match="private network"):
        ask("https://example.com/", rules=Rules(look_up=lambda host, port: addresses))


class Site(http.server.BaseHTTPRequestHandler):
    """Leads on, answers long or slowly, as the address says."""

    asked: list[str]

    def do_GET(self):
        self.asked.append(f"{self.command} {self.headers['Host']}{self.path}")
        getattr(self, self.path.strip("/").split("?")[0])()

    do_POST = do_GET

    def fine(self):
        self._send(200, b"fine")

    def hop(self):
        self._send(302, b"", Location=self.path.split("?", 1)[1])

    def loop(self):
        self._send(301, b"", Location="/loop")

    def long(self):
        self._send(200, b"x" * 5000)

    def packed(self):
        self._send(200, b"x", **{"Content-Encoding": "gzip"})

    def drip(self):
        self.send_response(200)
        self.end_headers()
        for _ in range(100):
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.1)

    def _send(self, status, body, **headers):
        self.send_response(status)
        for name, value in ({"Content-Length": len(body)} | headers).items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def site():
    handler = type("Handler", (Site,), {"asked": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.handle_error = lambda *args: None
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def rules(site):
    """As if 127.0.0.1 alone, on this port, were the internet."""
    looked_up = []

    def look_up(host, port):
        looked_up.append(host)
        inside = host.startswith("inside") or len(looked_up) > 1 and host.startswith("turning")
        return [ipaddress.ip_address("127.0.0.2" if inside else "127.0.0.1")]

    rules = Rules(
        schemes=("http",),
        ports={"http": site.server_port},
        is_public=lambda address: str(address) == "127.0.0.1",
        look_up=look_up,
    )
    object.__setattr__(rules, "looked_up", looked_up)
    return rules


def at(site, path, host="shop.example.com"):
    return f"http://{host}:{site.server_port}/{path}"


def test_the_answer_comes_from_the_address_that_was_checked(site, rules):
    answer = ask(at(site, "fine"), rules=rules)
    assert (answer.status, answer.body) == (200, b"fine")
    assert site.RequestHandlerClass.asked == [f"GET shop.example.com:{site.server_port}/fine"]
    assert rules.looked_up == ["shop.example.com"]


def test_a_name_that_turns_round_gains_nothing(site, rules):
    """It is looked up once for each connection, and what is connected is what was checked."""
    assert ask(at(site, "fine", "turning.example.com"), rules=rules).body == b"fine"
    with pytest.raises(Refused):
        ask(at(site, "fine", "turning.example.com"), rules=rules)


def test_it_is_led_on(site, rules):
    answer = ask(at(site, "hop?/fine"), rules=rules)
    assert (answer.url, answer.body) == (at(site, "fine"), b"fine")


@pytest.mark.parametrize(
    "where",
    [
        "http://127.0.0.2:{port}/fine",
        "http://10.0.0.1:{port}/",
        "http://inside.example.com:{port}/fine",
        "http://127.1:{port}/fine",
        "http://[::ffff:127.0.0.1]:{port}/fine",
        "http://u@shop.example.com:{port}/fine",
        "http://shop.example.com:1/fine",
        "https://shop.example.com/fine",
        "file:///etc/passwd",
        "//10.0.0.1:{port}/",
    ],
)
def test_each_step_is_checked_anew(site, rules, where):
    with pytest.raises(Refused):
        ask(at(site, "hop?" + where.format(port=site.server_port)), rules=rules)
    assert len(site.RequestHandlerClass.asked) == 1


def test_it_is_not_led_round_for_ever(site, rules):
    with pytest.raises(Refused, match="too often"):
        ask(at(site, "loop"), rules=rules)
    assert len(site.RequestHandlerClass.asked) == 4


def test_what_is_sent_is_not_led_on(site, rules):
    answer = ask(at(site, "hop?/fine"), method="POST", content=b"{}", rules=rules)
    assert answer.status == 302
    assert len(site.RequestHandlerClass.asked) == 1


def test_a_long_answer_is_broken_off(site, rules):
    assert len(ask(at(site, "long"), largest=5000, rules=rules).body) == 5000
    with pytest.raises(Refused, match="too large"):
        ask(at(site, "long"), largest=4999, rules=rules)


def test_a_packed_answer_is_not_unpacked(site, rules):
    with pytest.raises(Refused, match="packed"):
        ask(at(site, "packed"), rules=rules)


@pytest.mark.timing
def test_a_slow_drip_ends_in_time(site, rules):
    began = time.monotonic()
    with pytest.raises(NoAnswer):
        ask(at(site, "drip"), seconds=0.5, rules=rules)
    assert time.monotonic() - began < 2


@pytest.mark.timing
def test_a_name_server_that_is_silent_holds_nobody(rules):
    slow = Rules(look_up=lambda host, port: time.sleep(5) or [PUBLIC])
    began = time.monotonic()
    with pytest.raises(NoAnswer):
        ask("https://example.com/", seconds=0.5, rules=slow)
    assert time.monotonic() - began < 2


def test_a_proxy_of_the_environment_is_not_asked(site, rules, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert ask(at(site, "fine"), rules=rules).body == b"fine"


def test_localhost_by_name_is_refused_by_the_real_lookup():
    assert not any(outside.is_public(address) for address in outside.look_up("localhost", 443))
