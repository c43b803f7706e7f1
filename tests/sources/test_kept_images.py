"""Images inside rows and on the web: fetched from allowed hosts alone, checked, and kept under their sha256."""

from __future__ import annotations

import threading
import time

import pytest

from prefdata.images import ImageError
from prefdata.models import ImageRules
from prefdata.sources.imports import fetching
from prefdata.sources.imports.fetching import Fetcher, is_allowed
from prefdata.sources.imports.image_store import ImageStore

from .pictures import as_data_url, bomb, name_of, picture, web, written

HERE = ImageRules(("127.0.0.1",))


# --- hosts -----------------------------------------------------------------------------------


def test_a_host_is_allowed_by_its_name_or_by_what_it_lies_below():
    hosts = ("upload.wikimedia.org", ".Example.org")
    allowed = [
        "upload.wikimedia.org",
        "UPLOAD.wikimedia.org",
        "upload.wikimedia.org.",
        "a.example.org",
        "b.a.example.org",
    ]
    refused = [
        "wikimedia.org",
        "x.upload.wikimedia.org",
        "example.org",
        "badexample.org",
        "upload.wikimedia.org.evil.org",
    ]
    assert [host for host in allowed + refused if is_allowed(host, hosts)] == allowed
    assert not is_allowed("", hosts)


def fetched(address: str, rules: ImageRules = HERE) -> bytes | str:
    """The bytes at an address, or the reason why there are none."""
    fetcher = Fetcher(rules)
    try:
        return fetcher.get(address)
    except ImageError as error:
        told, found = error.trouble.detail, error.trouble.reason
    finally:
        fetcher.client.close()
    assert address in told
    return found


@pytest.fixture
def served(monkeypatch):
    monkeypatch.setattr(fetching, "PAUSE_S", 0.01)
    monkeypatch.setattr(fetching, "TIMEOUT_S", 0.5)
    with web({"/x.png": picture(), "/y.png": picture(colour="blue"), "/page": b"<html>"}) as served:
        yield served


def test_an_image_is_fetched_with_a_name_and_unpacked(served):
    assert fetched(f"{served.url}/x.png") == picture()
    assert served.headers["user-agent"].startswith("prefdata/")
    assert served.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost:{port}/x.png",
        "http://127.0.0.1@localhost:{port}/x.png",
        "ftp://127.0.0.1/x",
        "file:///etc/passwd",
    ],
)
def test_other_hosts_and_schemes_are_not_asked(address, served):
    assert fetched(address.format(port=served.port)) == "image_host_not_allowed"
    assert served.asked == {}


def test_redirects_lead_only_to_allowed_hosts(served):
    assert fetched(f"{served.url}/to//x.png") == picture()
    assert fetched(f"{served.url}/to/{served.url}/to//y.png") == picture(colour="blue")
    assert fetched(f"{served.url}/to/http://localhost:{served.port}/x.png") == "image_host_not_allowed"
    assert fetched(f"{served.url}/to/file:///etc/passwd") == "image_host_not_allowed"
    assert served.asked["/x.png"] == 1


def test_redirects_without_end_are_given_up(served):
    assert fetched(f"{served.url}/to/" + "/to/" * 20) == "image_unreachable"
    assert served.asked.total() == fetching.REDIRECTS + 1


def test_a_server_may_not_send_more_than_an_image_may_have(served):
    assert fetched(f"{served.url}/x.png", ImageRules(("127.0.0.1",), 20)) == "image_too_large"
    assert fetched(f"{served.url}/endless", ImageRules(("127.0.0.1",), 10**6)) == "image_too_large"
    assert served.asked == {"/x.png": 1, "/endless": 1}  # it is the same every time


def test_errors_of_the_server_are_tried_again_and_those_of_the_address_are_not(served):
    served.fails.update({"/x.png": 2, "/y.png": 3})
    assert fetched(f"{served.url}/x.png") == picture()
    assert fetched(f"{served.url}/y.png") == "image_unreachable"
    assert fetched(f"{served.url}/none.png") == "image_unreachable"
    assert served.asked == {"/x.png": 3, "/y.png": 3, "/none.png": 1}


@pytest.mark.parametrize("path", ["/drip", "/hang", "/cut"])
def test_a_server_that_is_too_slow_or_breaks_off_is_given_up(path, served):
    assert fetched(served.url + path) == "image_unreachable"
    assert served.asked[path] == fetching.TRIES


def test_a_host_that_does_not_answer_is_unreachable(served, monkeypatch):
    assert fetched("http://127.0.0.1:1/x.png") == "image_unreachable"


@pytest.mark.parametrize("address", ["http://[::1/x", "http://127.0.0.1:99999/x.png", "http://127.0.0.1:x/"])
def test_an_address_that_is_none_is_unreachable(address, served):
    assert fetched(address) == "image_unreachable"


def test_a_name_that_no_host_can_have_is_unreachable(served):
    name = "x" * 70 + ".org"
    assert fetched(f"http://{name}/x.png", ImageRules((name,))) == "image_unreachable"


# --- images that are kept --------------------------------------------------------------------


@pytest.fixture
def store(tmp_path):
    with ImageStore(tmp_path, HERE, tmp_path / "kept", check=True) as store:
        yield store


def test_bytes_of_any_spelling_are_kept_once_under_their_sha256(store, tmp_path):
    jpeg = picture("JPEG")
    given = [picture(), {"bytes": picture(), "path": "/home/me/x.gif"}, as_data_url(picture()), jpeg]
    expected = [name_of(picture())] * 3 + [name_of(jpeg, "jpg")]
    assert [store.take(value) for value in given] == expected
    assert store.finish() == sorted(tmp_path / "kept" / name for name in set(expected))
    assert [(tmp_path / "kept" / name).read_bytes() for name in expected] == [picture()] * 3 + [jpeg]


def test_paths_stay_as_they_are_and_are_looked_at(store, tmp_path):
    written(tmp_path / "x.png", picture())
    assert store.take("x.png") == store.take({"bytes": None, "path": "x.png"}) == "x.png"
    with pytest.raises(ImageError, match="outside"):
        store.take({"bytes": None, "path": "/etc/passwd"})


def test_what_is_no_image_at_all_is_given_back(store):
    assert [store.take(value) for value in (5, None, {}, ["x.png"])] == [5, None, None, ["x.png"]]


REFUSED = {
    "text": (b"text", "bad_image"),
    "a bomb": (bomb(30_000), "image_too_large"),
    "a data URL of text": (as_data_url(b"text"), "bad_image"),
    "a data URL that is not in base64": ("data:image/png,abc", "bad_image"),
    "a broken data URL": ("data:image/png;base64,a!b", "bad_image"),
    "a data URL of a script": ("data:text/html;base64,PGh0bWw+", "bad_image"),
    "a long data URL": (as_data_url(bytes(10**6)), "image_too_large"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_images_are_not_kept(name, tmp_path):
    value, expected = REFUSED[name]
    with (
        ImageStore(tmp_path, ImageRules((), 200_000), tmp_path / "kept") as store,
        pytest.raises(ImageError) as refused,
    ):
        store.take(value)
    assert refused.value.trouble.reason == expected
    assert store.finish() == []


def test_images_of_allowed_hosts_are_kept_with_their_address(store, served, tmp_path):
    addresses = [f"{served.url}/{path}" for path in ("y.png", "to//x.png", "x.png", "x.png")]
    names = [future.result() for future in map(store.take, addresses)]
    assert names == [name_of(picture(colour="blue")), *[name_of(picture())] * 3]
    assert store.sources() == {names[0]: addresses[0], names[1]: addresses[1]}  # "to//x.png" < "x.png"
    assert sorted(path.name for path in store.finish()) == sorted(set(names))
    assert served.asked["/x.png"] == 2  # once by itself, once by the redirect


class HeldBack(dict[str, bytes]):
    """Pages that are shown when they are `free`, and not before."""

    def __init__(self, pages: dict[str, bytes]) -> None:
        super().__init__(pages)
        self.free = threading.Event()

    def get(self, path: str, default: bytes | None = None) -> bytes | None:  # type: ignore[override]
        self.free.wait()
        return super().get(path, default)


def test_several_images_are_fetched_at_once(store, served, monkeypatch):
    monkeypatch.setattr(fetching, "TIMEOUT_S", 60.0)  # nothing is tried again while the pages are held back
    served.pages = HeldBack({f"/{n}.png": picture(colour=(n, 0, 0)) for n in range(40)})
    futures = [store.take(f"{served.url}/{n}.png") for n in range(40)]
    over = time.monotonic() + 10
    while served.most_active < 8 and time.monotonic() < over:
        time.sleep(0.01)
    time.sleep(0.2)  # for a ninth, which must not come
    most = served.most_active  # while none has ended: the client has its image before the server is done with it
    served.pages.free.set()
    assert most == 8
    assert [future.result() for future in futures] == [name_of(picture(colour=(n, 0, 0))) for n in range(40)]


def test_a_page_that_is_no_image_is_named_by_its_address(store, served):
    with pytest.raises(ImageError, match="/page is not an image") as refused:
        store.take(f"{served.url}/page").result()
    assert refused.value.trouble.reason == "bad_image"


def test_without_a_check_an_address_that_is_not_allowed_stays_for_selection(tmp_path):
    with ImageStore(tmp_path, HERE, tmp_path / "kept") as store:
        assert store.take("https://example.org/x.png") == "https://example.org/x.png"
    with ImageStore(tmp_path, HERE, tmp_path / "kept", check=True) as store, pytest.raises(ImageError) as refused:
        store.take("https://example.org/x.png")
    assert refused.value.trouble.reason == "image_host_not_allowed"


def test_what_an_earlier_import_kept_and_no_row_uses_is_removed(store, tmp_path):
    written(tmp_path / "kept" / name_of(b"old"), b"old")
    written(tmp_path / "kept" / f".{name_of(b'half')}.7.partial", b"half")
    kept = store.take(picture())
    assert store.finish() == [tmp_path / "kept" / kept]
    assert [path.name for path in (tmp_path / "kept").iterdir()] == [kept]


def test_an_image_that_was_damaged_is_written_again(store, tmp_path):
    written(tmp_path / "kept" / name_of(picture()), b"damaged")
    assert (tmp_path / "kept" / store.take(picture())).read_bytes() == picture()
