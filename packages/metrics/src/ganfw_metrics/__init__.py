"""ganfw-metrics: how good the samples of a model are, for ganfw."""

from __future__ import annotations

from ganfw_metrics.plugin import ganfw_register_metric  # noqa: F401  (the hooks are found in this module)
