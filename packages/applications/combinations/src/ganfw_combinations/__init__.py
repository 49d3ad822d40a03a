"""Recipes that mix the parts of several packages."""

from __future__ import annotations

from ganfw_combinations.plugin import ganfw_register_recipe as ganfw_register_recipe
