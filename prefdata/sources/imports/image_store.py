"""The images of one input file: those that come inside rows or from the web are kept, named by their sha256.

Paths stay as they are; what lies in a row (bytes, data URLs) or on an allowed host is checked and written once
into the import step's folder. Nothing is decoded that is larger than the rules allow.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

from prefdata.images import ADDRESS, ANY, ImageError, suffix_of, trouble
from prefdata.models import ImageRules
from prefdata.sources.imports.fetching import Fetcher, allowed_url

AT_ONCE = 8
DATA_URL = re.compile(r"data:[^,]*;base64,", re.IGNORECASE)


class ImageStore:
    """`root`: where the paths of the input start; `folder`: where images are kept, None to name them only.

    With `check` every image is looked at now, and not when pairs are selected. Leaving the context ends fetching.
    """

    def __init__(self, root: Path, rules: ImageRules = ANY, folder: Path | None = None, check: bool = False) -> None:
        self.root, self.rules, self.folder, self.check = root, rules, folder, check
        self.names: set[str] = set()
        self.fetched: dict[str, Future[str]] = {}

    def __enter__(self) -> ImageStore:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.fetched:
            self.fetcher.closing.set()
            self.pool.shutdown(cancel_futures=True)
            self.fetcher.client.close()

    @cached_property
    def fetcher(self) -> Fetcher:
        return Fetcher(self.rules)

    @cached_property
    def pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(AT_ONCE, "images")

    def take(self, value: Any) -> Any:
        """The name of an image that a row gives as a path, an address, bytes or {bytes, path}, or a Future of it.

        What is none of these is given back for the schema to refuse. Raises ImageError.
        """
        if isinstance(value, dict):
            value = value["bytes"] if isinstance(value.get("bytes"), bytes) else value.get("path")
        if isinstance(value, bytes):
            return self._keep(value, "the image in the row")
        if not isinstance(value, str):
            return value
        if value[:5].lower() == "data:":
            return self._keep(_decoded(value, self.rules), "the image in the data URL")
        if ADDRESS.match(value):
            return self._from_web(value)
        if self.check and (found := trouble(self.root, value, self.rules)):
            raise ImageError(*found)
        return value

    def sources(self) -> dict[str, str]:
        """The web address of every image that was fetched, by name; of several the first in the alphabet."""
        good = ((address, future.result()) for address, future in self.fetched.items() if not future.exception())
        return {name: address for address, name in sorted(good, reverse=True)}

    def finish(self) -> list[Path]:
        """The files that were kept; those of an earlier import that are no longer used are removed."""
        if self.folder is None or not self.folder.is_dir():
            return []
        for path in self.folder.iterdir():
            if path.name not in self.names:
                path.unlink()
        return [self.folder / name for name in sorted(self.names)]

    def _from_web(self, address: str) -> str | Future[str]:
        """A Future where the host is allowed. Else a fault, or its own name: its pairs are dropped at selection."""
        if not (self.check or self.rules.hosts):
            return address
        if address not in self.fetched:
            try:
                allowed_url(address, self.rules)
            except ImageError:
                if self.check:
                    raise
                return address
            self.fetched[address] = self.pool.submit(self._fetch, address)
        return self.fetched[address]

    def _fetch(self, address: str) -> str:
        return self._keep(self.fetcher.get(address), address)

    def _keep(self, content: bytes, told: str) -> str:
        """Write an image under its name. Raises ImageError about `told`."""
        name = f"{hashlib.sha256(content).hexdigest()}.{suffix_of(content, told, self.rules)}"
        if self.folder is not None and name not in self.names:
            # Not synced one by one: a file that a power cut damages does not fit its name in the manifest.
            self.folder.mkdir(parents=True, exist_ok=True)
            partial = self.folder / f".{name}.{threading.get_ident()}.partial"
            partial.write_bytes(content)
            os.replace(partial, self.folder / name)
        self.names.add(name)
        return name


def _decoded(url: str, rules: ImageRules) -> bytes:
    """The bytes in a data URL."""
    head = DATA_URL.match(url)
    if head is None:
        raise ImageError("bad_image", "the data URL is not in base64")
    if len(url) * 3 // 4 > rules.max_bytes + 100:  # before it is decoded; the head and the padding are not counted
        raise ImageError("image_too_large", f"the image in the data URL has more than {rules.max_bytes:,} bytes")
    try:
        return base64.b64decode(url[head.end() :], validate=True)
    except (binascii.Error, ValueError):
        raise ImageError("bad_image", "the data URL is broken base64") from None
