"""The live tests' server and configs, for flows."""

from ..live.conftest import config as live_config  # noqa: F401
from ..live.conftest import key, serve  # noqa: F401
