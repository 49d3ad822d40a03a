"""The distance between two means."""

import ganfw


def mean_of(batches):
    xs = [batch.x.double() for batch in batches]
    return sum(x.sum(0) for x in xs) / sum(len(x) for x in xs)


class MeanDistance(ganfw.Metric):
    def measure(self, evaluation):
        distance = (mean_of(evaluation.real()) - mean_of(evaluation.fake())).norm().item()
        yield ganfw.Score("mean-distance", distance, "lower", protocol=evaluation.protocol)


class MeanDistanceConfig(ganfw.Config):
    def build(self, spec):
        return MeanDistance()
