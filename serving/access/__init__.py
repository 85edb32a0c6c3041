"""Who may see what.

Reading order: `roles` (who may do what), `caller` (who asks), `event` and `noting` (what the audit log is
told), `refusals`, `passwords`, `account`, `proving`, `accounts` (who there is, and how it is proved),
`recent`, `tokens`, `sessions` (what proves it from then on), `limits` (how often one may ask), `oidc` and
`issuer_calls` (another one's word), `access` (all of it, opened once), `doors` (how a request shows who
asks), `login` (the page's way in and out), `routes` (tokens and accounts over HTTP), `demo`.
"""
