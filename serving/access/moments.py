"""The clock, as it is passed in."""

from collections.abc import Callable
from datetime import datetime

Now = Callable[[], datetime]
