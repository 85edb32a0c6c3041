"""The policy measures, one decision, the service and its page."""
