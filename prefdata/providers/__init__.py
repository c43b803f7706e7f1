"""Ways to reach a model, one a file: each takes a `calls.request.Request` and returns an `Answer`."""
