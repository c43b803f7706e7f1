"""Where prompts, candidates, ratings and votes come from."""
