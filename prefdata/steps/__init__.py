"""The steps of a build, one a file: each reads files, writes files and returns its manifest."""
