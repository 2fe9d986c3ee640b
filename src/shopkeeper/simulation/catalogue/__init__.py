"""The demo shop's products: word lists in `words/`, one file a department; the code chooses and joins."""

from shopkeeper.simulation.catalogue.generate import catalogue as catalogue
