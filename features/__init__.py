"""What is known about an entity on a date: sources, expectations, features, the embedded city."""
