"""Fetching images from the hosts that the user named, and from no other: not by a redirect either.

What a server sends is cut off at the largest size that an image may have, and given up after TIMEOUT_S in all,
however slowly it comes. Errors of the server are tried again a few times.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from prefdata import __version__
from prefdata.images import ImageError
from prefdata.models import ImageRules

if TYPE_CHECKING:
    import httpx2

TIMEOUT_S = 30.0
TRIES = 3
PAUSE_S = 1.0  # before the second try, and twice as long before the third
REDIRECTS = 5
# Some hosts (Wikimedia) refuse clients that do not say who they are. Packed bodies could unpack to any size.
HEADERS = {"user-agent": f"prefdata/{__version__} (image import)", "accept-encoding": "identity"}


class _AgainError(Exception):
    """It may go better next time."""


def is_allowed(host: str, hosts: tuple[str, ...]) -> bool:
    """Whether `hosts` names it: exactly, or as ".example.org", which stands for every host below example.org."""
    host = host.lower().rstrip(".")
    return any(host.endswith(name) if name.startswith(".") else host == name for name in map(str.lower, hosts))


class Fetcher:
    """Fetches images by address; may be used by several threads at once. Once `closing`, nothing is tried again."""

    def __init__(self, rules: ImageRules) -> None:
        import httpx2

        self.rules = rules
        self.closing = threading.Event()
        self.client = httpx2.Client(headers=HEADERS, timeout=TIMEOUT_S, follow_redirects=False)

    def get(self, address: str) -> bytes:
        """The bytes at an address. Raises ImageError."""
        tries = 1
        while True:
            try:
                return self._follow(address)
            except _AgainError as error:
                if tries == TRIES or self.closing.wait(PAUSE_S * 2 ** (tries - 1)):
                    raise ImageError("image_unreachable", f"{address} cannot be fetched ({error})") from None
            tries += 1

    def _follow(self, address: str) -> bytes:
        """Where the address leads to, over redirects among allowed hosts."""
        url, deadline = allowed_url(address, self.rules), time.monotonic() + TIMEOUT_S
        for _ in range(REDIRECTS + 1):
            answer = self._ask(url, address, deadline)
            if isinstance(answer, bytes):
                return answer
            url = allowed_url(answer, self.rules, f"{address} leads to {answer}, which")
        raise ImageError("image_unreachable", f"{address} cannot be fetched (more than {REDIRECTS} redirects)")

    def _ask(self, url: httpx2.URL, address: str, deadline: float) -> bytes | str:
        """The bytes at `url`, or the address that it redirects to."""
        import httpx2

        try:
            with self.client.stream("GET", url) as response:
                if response.has_redirect_location:
                    return str(url.join(response.headers["location"]))
                _refuse_failure(response.status_code, address)
                return self._body(response, address, deadline)
        except httpx2.HTTPError as error:
            raise _AgainError(str(error) or type(error).__name__) from None
        except (httpx2.InvalidURL, ValueError, OverflowError) as error:  # a name or a port that there cannot be
            raise ImageError("image_unreachable", f"{address} cannot be fetched ({error})") from None

    def _body(self, response: httpx2.Response, address: str, deadline: float) -> bytes:
        parts: list[bytes] = []
        size, most = 0, self.rules.max_bytes
        for part in response.iter_raw():
            parts.append(part)
            size += len(part)
            if size > most:
                raise ImageError("image_too_large", f"{address} has more than {most:,} bytes")
            if time.monotonic() > deadline:
                raise _AgainError(f"it took more than {TIMEOUT_S:g} s")
        return b"".join(parts)


def allowed_url(address: str, rules: ImageRules, told: str | None = None) -> httpx2.URL:
    """The address as the client will read it: what is checked is what is asked. Raises ImageError about `told`."""
    import httpx2

    told = told or address
    try:
        url = httpx2.URL(address)
    except httpx2.InvalidURL as error:
        raise ImageError("image_unreachable", f"{told} is no web address ({error})") from None
    if url.scheme not in ("http", "https"):
        raise ImageError("image_host_not_allowed", f"{told} is neither an http nor an https address")
    if not is_allowed(url.host, rules.hosts):
        raise ImageError("image_host_not_allowed", f'{told} lies on the host "{url.host}", which is not allowed')
    return url


def _refuse_failure(status: int, address: str) -> None:
    if status in (408, 429) or status >= 500:
        raise _AgainError(f"the server answers {status}")
    if status != 200:
        raise ImageError("image_unreachable", f"{address} cannot be fetched (the server answers {status})")
