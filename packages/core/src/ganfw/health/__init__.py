"""How a run is doing: what is measured of it, and rules that say it in words."""
