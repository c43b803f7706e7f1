"""Prompts' images → what a detector sees in them: a thread that holds it, and the pictures that wait for it.

A picture is looked at once, however many candidates ask; those that wait are looked at together.
"""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import NamedTuple

import numpy as np

from prefdata.calls.request import EndpointError
from prefdata.claims.sight import Seen, View, Witness
from prefdata.claims.verifiers.seeing import only_image
from prefdata.claims.yolo import Detector
from prefdata.questions import Prompt

REMEMBERED = 1024  # pictures
BAD_IMAGE = "bad_image"


class Opened(NamedTuple):
    """A detector, and what is known of it."""

    detector: Detector
    witness: Witness


class Glance(NamedTuple):
    """What is seen in a picture of that width and height in pixels."""

    witness: Witness
    seen: tuple[Seen, ...]
    width: int
    height: int


Found = Glance | str | Exception
"""What is seen, or why nothing can be, or why no picture can be looked at. The latter is a result like others: an
exception that nobody is left to hear, because their work was stopped by the same one, asyncio would complain of."""


class _Waiting(NamedTuple):
    picture: Path
    future: Future[Found]


class Looker:
    """`opening` is called in the thread when the first picture comes; what it raises is raised for every picture."""

    def __init__(self, name: str, opening: Callable[[], Opened]) -> None:
        self.name, self.opening = name, opening
        self._glances: OrderedDict[str, Future[Found]] = OrderedDict()  # by the picture's address
        self._waiting: list[_Waiting] = []
        self._change = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None

    async def look(self, prompt: Prompt) -> View | str:
        """The prompt's one image, or why there is nothing to look at. Raises EndpointError after `close`, and
        PrefdataError where the detector cannot be had."""
        picture = only_image(prompt)
        if isinstance(picture, str):
            return picture
        (address,) = prompt.images
        # Others may wait for the same picture: who gives up must not take it from them.
        glance = await asyncio.shield(asyncio.wrap_future(self._glance(address, picture)))
        if isinstance(glance, Exception):
            raise glance
        if isinstance(glance, str):
            return glance
        return View(glance.witness, glance.seen, picture, glance.width, glance.height)

    async def close(self) -> None:
        """End the thread, after the batch that it is looking at."""
        with self._change:
            self._closed = True
            self._change.notify()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)

    def _glance(self, address: str, picture: Path) -> Future[Found]:
        with self._change:
            if self._closed:
                raise self._is_closed()
            if address not in self._glances:
                self._glances[address] = Future()
                self._waiting.append(_Waiting(picture, self._glances[address]))
                self._thread = self._thread or self._started()
                self._change.notify()
            self._glances.move_to_end(address)
            if len(self._glances) > REMEMBERED:
                self._glances.popitem(last=False)
            return self._glances[address]

    def _started(self) -> threading.Thread:
        thread = threading.Thread(target=self._work, name=f"detector {self.name}", daemon=True)
        thread.start()
        return thread

    def _work(self) -> None:
        opened = self._opened()
        while batch := self._next(1 if isinstance(opened, Exception) else opened.detector.together):
            _settle(batch, _looked(batch, opened))

    def _opened(self) -> Opened | Exception:
        try:
            return self.opening()
        except Exception as error:  # whatever it is, those who wait must hear of it
            return error

    def _next(self, most: int) -> list[_Waiting]:
        """The pictures of the next batch, in the order they came; none when it is closed."""
        with self._change:
            self._change.wait_for(lambda: self._waiting or self._closed)
            if self._closed:
                _settle(self._waiting, [self._is_closed()] * len(self._waiting))
                return []
            batch, self._waiting = self._waiting[:most], self._waiting[most:]
            return batch

    def _is_closed(self) -> EndpointError:
        return EndpointError("closed", f"{self.name} looks at no more pictures")


def _looked(batch: Sequence[_Waiting], opened: Opened | Exception) -> Sequence[Found]:
    """What is seen in each picture, or why nothing can be."""
    if isinstance(opened, Exception):
        return [opened] * len(batch)
    try:
        return _glances([_pixels(each.picture) for each in batch], opened)
    except Exception as error:  # whatever it is, those who wait must hear of it
        return [error] * len(batch)


def _glances(pictures: Sequence[np.ndarray | None], opened: Opened) -> Sequence[Found]:
    readable = [picture for picture in pictures if picture is not None]
    seen = iter(opened.detector.look(readable) if readable else [])
    return [
        BAD_IMAGE if picture is None else Glance(opened.witness, next(seen), picture.shape[1], picture.shape[0])
        for picture in pictures
    ]


def _pixels(picture: Path) -> np.ndarray | None:
    """None where it cannot be read: it was whole when the build began, but may be damaged or gone since."""
    from prefdata.claims.pixels import rgb

    try:
        return rgb(picture)
    except Exception:  # damaged files make decoders raise whatever comes to hand
        return None


def _settle(waiting: Sequence[_Waiting], found: Sequence[Found]) -> None:
    for each, glance in zip(waiting, found, strict=True):
        each.future.set_result(glance)
