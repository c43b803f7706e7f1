"""`batch`: OpenAI's Batch API, at half the price and with answers within a day.

Calls that come together are uploaded as one file and worked on elsewhere, whether this process lives or not.
`calls.batches` remembers which batch carries which call, so that none is sent twice: a call that lies in an
open batch waits for that batch, and what was read of an ended one is served until the ledger has it.

When a batch has ended its input file is deleted, for we made it and can make it again; the files of results
are left to the user as the record of what was paid, and expire at OpenAI after 30 days.
"""

from prefdata.providers.batch.provider import BatchProvider

__all__ = ["BatchProvider"]
