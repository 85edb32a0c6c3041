"""The interface over HTTP.

Reading order: `app` (what the service is made of), `needs` (what every route needs), then the routes:
`preapprovals`, `eligibility`, `entities`, `consents`, `objections`, `audit`, `health`; `shortcuts` past the
framework for the busiest of them.
"""

from serving.api.app import create_app

__all__ = ["create_app"]
