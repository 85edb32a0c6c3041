"""The verbs: collect, assemble, train, score, run, and the command line."""
