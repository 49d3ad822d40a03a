"""What a run of checks found."""

from __future__ import annotations

from dataclasses import dataclass, field


class Unmet(Exception):  # noqa: N818  a promise that is not kept is no error of the kit's
    """A promise that the part does not keep; raised by a check.

    Args:
        what: What was expected, and what was found.
        mend: What usually mends it.
    """

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(f"{what}\n    {mend}" if mend else what)


class ConformanceError(AssertionError):
    """A part does not keep all of its promises. The message lists each that it breaks."""


@dataclass(frozen=True)
class Report:
    """What was checked.

    Args:
        subject: The part, as ``kind name``.
        passed: Names of the checks that passed.
        skipped: Reasons by the name of the check.
        failed: What was found, by the name of the check.
    """

    subject: str
    passed: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def raise_if_failed(self) -> Report:
        """This report.

        Raises:
            ConformanceError: If a check failed.
        """
        if self.failed:
            listed = "".join(f"\n  {name}: {found}" for name, found in self.failed.items())
            raise ConformanceError(f"{self.subject} fails {len(self.failed)} of its checks:\n{listed}")
        return self
