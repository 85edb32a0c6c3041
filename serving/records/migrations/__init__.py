"""How the records' tables came to their form: Alembic's revisions, packaged with the program."""
