"""The officer's page: server-rendered, Chinese, without any outside asset; everything works without script.

Reading order: `turning` (what would turn a finding), `rendering` (templates, headers, the script), `visit` (a
look: the desk and who looks), `failures` (what is told when nothing can be answered), `firms` (which firm was
meant), `answers` (the form and the answer), `trial` (what if), `history`, `objections`, `consents`, `routes`.
"""

from serving.page.rendering import ENVIRONMENT
from serving.page.routes import router

__all__ = ["ENVIRONMENT", "router"]
