"""One module a source, named as in the catalogue: what happens to firms and its department records."""
