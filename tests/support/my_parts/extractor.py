"""Points by their distance and direction from the origin."""

import torch
from torch.nn.functional import normalize

import ganfw


class Polar(ganfw.Extractor):
    name = "polar"

    def forward(self, x):
        return ganfw.Features(torch.cat([x.norm(dim=1, keepdim=True), normalize(x, dim=1)], 1))


class PolarConfig(ganfw.Config):
    def build(self, spec):
        return Polar()
