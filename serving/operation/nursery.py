"""The application, imported without looking for rubbish meanwhile, which takes a sixth of the time.

What was imported stays, so it is set aside from later looks, too; workers that are forked from here go on
sharing its memory.
"""

import gc

gc.disable()
try:
    from serving.operation.factory import make_app
finally:
    gc.freeze()
    gc.enable()

__all__ = ["make_app"]
