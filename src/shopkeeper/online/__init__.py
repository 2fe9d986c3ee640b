"""What is shown now: the one way by which API and pages ask for a list, so that every list is tried on, marked and logged alike."""

from shopkeeper.online.service import OnlineService
from shopkeeper.online.showing import Answered, Showing

__all__ = ["Answered", "OnlineService", "Showing"]
