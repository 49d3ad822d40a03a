"""A loss, a penalty and an augmentation."""

import ganfw


class Squares(ganfw.Loss):
    def discriminator(self, real, fake):
        return (real - 1).square().mean() + fake.square().mean()

    def generator(self, fake, real=None):
        return (fake - 1).square().mean()


class Drift(ganfw.Regularizer):
    def __init__(self, weight, every=1):
        super().__init__(every)
        self.weight = weight

    def forward(self, play):
        return self.weight * sum(logits.square().mean() for logits in play.real_verdict.logits)


class Noise(ganfw.Augmentation):
    def __init__(self, deviation):
        super().__init__()
        self.deviation = deviation

    def forward(self, x, draw):
        return x + self.deviation * draw.noise(len(x), *x.shape[1:]).to(x.dtype)


class SquaresConfig(ganfw.Config):
    def build(self, spec):
        return Squares()


class DriftConfig(ganfw.Config):
    weight: float = 0.001
    """Factor on the penalty."""

    def build(self, spec):
        return Drift(self.weight)


class NoiseConfig(ganfw.Config):
    deviation: float = 0.1
    """Standard deviation of the noise."""

    def build(self, spec):
        return Noise(self.deviation)
