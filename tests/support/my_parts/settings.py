"""An optimizer, a data source and a tracker: what these make comes from elsewhere."""

import csv
from functools import cached_property

import ganfw


class AdamaxConfig(ganfw.OptimizerConfig):
    def build(self, parameters, *, correction=1.0):
        import torch

        betas = (0.9**correction, 0.999**correction)
        return torch.optim.Adamax(parameters, lr=1.0, betas=betas, foreach=True)


class SquaresDataConfig(ganfw.DataConfig):
    count: int = 256
    """How many points."""

    def build(self, spec):
        import torch

        return ganfw.ArrayData(torch.rand(self.count, 2, generator=torch.Generator().manual_seed(0)) * 2 - 1)


class CSVConfig(ganfw.TrackerConfig):
    file: str = "losses.csv"
    """Its name in the run folder."""

    def build(self, run):
        from accelerate.tracking import GeneralTracker

        file = run / self.file

        class CSV(GeneralTracker):
            name = "csv"
            requires_logging_directory = False
            main_process_only = True

            @cached_property
            def tracker(self):
                return csv.writer(self.stream)

            def start(self):
                super().start()
                self.stream = file.open("a", newline="")

            def store_init_configuration(self, values):
                """The run folder holds the recipe already."""

            def log(self, values, step=None, **kwargs):
                self.tracker.writerows([step, name, value] for name, value in values.items())

            def finish(self):
                self.stream.close()

        return CSV()
