"""The report's page, its look and its words."""
