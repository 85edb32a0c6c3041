"""One module a revision; each says which one it follows."""
