"""Floor 2: what the street knows before the first call: plans, incident types, warnings, stock, places, people and vehicles.

The files in this folder are the street's own to edit; `load_catalogue` reads them and refuses what cannot be right.
"""

from command_center.catalogue.checks import complaints
from command_center.catalogue.loading import FOLDER, load_catalogue, load_street_plan, unchecked_catalogue
from command_center.catalogue.reading import CatalogueError

__all__ = ["FOLDER", "CatalogueError", "complaints", "load_catalogue", "load_street_plan", "unchecked_catalogue"]
