"""The demo shop's pictures: silhouettes drawn by code, in the product's own colour and material."""

from shopkeeper.simulation.pictures.draw import draw as draw
from shopkeeper.simulation.pictures.draw import pictures as pictures
