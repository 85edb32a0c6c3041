"""The joint lab: what the platform and banks model together, and what may leave it."""
