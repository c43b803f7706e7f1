"""`python -m prefdata`: the same as the `prefdata` command."""

import sys

from prefdata.cli import main

sys.exit(main())
