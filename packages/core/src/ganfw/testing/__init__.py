"""The conformance kit: what a part promises, checked in one line of a plugin's own tests.

    from ganfw.testing import check_part

    def test_my_loss():
        check_part("loss", "my-loss")

It needs no test framework: `check_part` raises `ConformanceError`, an ``AssertionError`` that lists every promise which
the part breaks.
"""

from __future__ import annotations

from ganfw.testing.kit import check_part, check_plugin, check_recipe, checks_of
from ganfw.testing.report import ConformanceError, Report

__all__ = ["ConformanceError", "Report", "check_part", "check_plugin", "check_recipe", "checks_of"]
