"""Pictures of every kind, good and bad, and a web server that shows them, for the tests of images."""

from __future__ import annotations

import base64
import hashlib
import io
import struct
import threading
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from PIL import Image


def picture(form: str = "PNG", colour: Any = (200, 30, 30), size: tuple[int, int] = (8, 6), mode: str = "RGB") -> bytes:
    """A small picture in one colour."""
    sink = io.BytesIO()
    Image.new(mode, size, colour).save(sink, form)
    return sink.getvalue()


def noise(form: str, size: int = 64) -> bytes:
    """A picture that does not pack well, so that cutting it off cuts off part of the picture."""
    sink = io.BytesIO()
    Image.effect_noise((size, size), 80).convert("RGB").save(sink, form)
    return sink.getvalue()


def animation(form: str, frames: int = 3) -> bytes:
    """Several frames in different colours."""
    first, *others = (Image.new("RGB", (8, 6), (40 * n, 0, 0)) for n in range(frames))
    sink = io.BytesIO()
    first.save(sink, form, save_all=True, append_images=others)
    return sink.getvalue()


def png_header(width: int, height: int, rows: bytes = b"") -> bytes:
    """A PNG that claims a size; `rows` are its packed pixels."""
    parts = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)), (b"IDAT", rows), (b"IEND", b"")]
    chunks = (struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def bomb(side: int) -> bytes:
    """A PNG of side × side black pixels, a thousandth as large packed as unpacked."""
    packer = zlib.compressobj(9)
    row = bytes(1 + (side + 7) // 8)
    return png_header(side, side, b"".join(packer.compress(row) for _ in range(side)) + packer.flush())


def written(path: Path, content: bytes) -> Path:
    """The path, at which the content now stands."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def name_of(content: bytes, kind: str = "png") -> str:
    """The name under which an image is kept."""
    return f"{hashlib.sha256(content).hexdigest()}.{kind}"


def as_data_url(content: bytes) -> str:
    """The content inside an address."""
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


class Web:
    """A running server: `url` and what it was asked for. Pages: path → bytes, or how often it fails before them."""

    def __init__(self, pages: dict[str, bytes]) -> None:
        self.pages, self.asked, self.headers = pages, Counter[str](), {}
        self.fails: Counter[str] = Counter()
        self.active = self.most_active = 0
        self.lock = threading.Lock()
        self.url = self.port = ""


@contextmanager
def web(pages: dict[str, bytes]) -> Iterator[Web]:
    """A server on 127.0.0.1; see `_Handler` for the paths that misbehave."""
    served = Web(pages)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"served": served}))
    served.port = str(server.server_address[1])
    served.url = f"http://127.0.0.1:{served.port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    """/to/ADDRESS redirects; /drip sends a byte every .05 s; /endless sends on and on; /cut breaks off; /hang waits."""

    served: Web

    def do_GET(self) -> None:
        with self.served.lock:
            self.served.asked[self.path] += 1
            self.served.active += 1
            self.served.most_active = max(self.served.most_active, self.served.active)
            self.served.headers = dict(self.headers)
            failing = self.served.fails[self.path] > 0
            self.served.fails[self.path] -= failing
        try:
            self._answer(failing)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the client had enough
        finally:
            with self.served.lock:
                self.served.active -= 1

    def _answer(self, failing: bool) -> None:
        if failing:
            self._head(503)
        elif self.path.startswith("/to/"):
            self._head(302, location=self.path.removeprefix("/to/"))
        elif self.path in ("/drip", "/endless"):
            self._head(200)
            for _ in range(200):
                self.wfile.write(b"x" * (1 if self.path == "/drip" else 100_000))
                time.sleep(0.05 if self.path == "/drip" else 0)
        elif self.path == "/cut":
            self._head(200, length="1000")
            self.wfile.write(b"x")
        elif self.path == "/hang":
            time.sleep(2)
        else:
            self._page()

    def _page(self) -> None:
        time.sleep(0.02)
        page = self.served.pages.get(self.path)
        self._head(404 if page is None else 200, length=str(len(page or b"")))
        self.wfile.write(page or b"")

    def _head(self, status: int, location: str | None = None, length: str | None = None) -> None:
        self.send_response(status)
        for name, value in (("location", location), ("content-length", length)):
            if value is not None:
                self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass
