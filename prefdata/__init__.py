"""prefdata: from prompts, candidates and votes to audited preference data."""

__version__ = "0.1.0"
