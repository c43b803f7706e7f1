"""What verifies claims, one kind a file; each has a function `make(config, call)` that gives a `verifying.Verifier`."""
