"""Prefect flows over the same steps as the CLI; the only place that imports prefect."""

import os

# Quiet and without calls to anyone; whoever sets these variables keeps their own values.
for _name, _value in {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "60",
}.items():
    os.environ.setdefault(_name, _value)
