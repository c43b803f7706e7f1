"""`local`: a model in this process, through transformers, in batches; images too if the model sees them.

A thread of its own holds the model. Calls that wait together form a batch, and a new batch starts as
soon as the thread is free. A batch that fails is done again row by row, so that a row fails for its own
reasons alone. An answer depends on its request alone: the noise that samples it comes from a generator
seeded by the request's key, whatever else is in the batch. What is left is rounding, which depends on the
batch's shape and can decide between two all but equal tokens; `concurrency: 1` rules that out too.
"""

from prefdata.providers.local.provider import LocalProvider
from prefdata.providers.local.weights import revision_of

__all__ = ["LocalProvider", "revision_of"]
