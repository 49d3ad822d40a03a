"""Terms on further heads of the discriminator: what class a sample is of, and what the latents held.

Legend: B batch size, K number of classes.
"""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

from torch.nn.functional import cross_entropy

from ganfw.config.base import Scheduled, value_at
from ganfw.errors import GanfwError
from ganfw.terms import Regularizer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from ganfw.game import Play


NO_CLASSES = (
    "auxiliary-classifier needs data with classes, and these have none. Say where they are: data.labels=true for data "
    "that ship, data.labels=folders or a column's name for your own; or leave the term out: "
    "regularizers.auxiliary-classifier=null."
)


class AuxiliaryClassifier(Regularizer):
    """Cross-entropy of the head ``class``: the discriminator names the class of samples, the generator of its fakes.

    L_D += λ_R CE(real, y) + λ_F CE(fake, y), L_G += λ_G CE(fake, y).

    Args:
        classes: K.
        real_weight: λ_R, a number or a schedule over images shown.
        fake_weight: λ_F; the paper has 1, later work 0, so that bad fakes teach the classifier nothing.
        generator_weight: λ_G.
        every: Evaluate each ``every`` steps of the player.

    References:
        Odena, Olah and Shlens 2017, Conditional Image Synthesis with Auxiliary Classifier GANs, equations 2 and 3.
    """

    side = "both"

    def __init__(
        self, classes: int, real_weight: Scheduled = 1.0, fake_weight: Scheduled = 1.0,
        generator_weight: Scheduled = 1.0, every: int = 1,
    ) -> None:  # fmt: skip
        super().__init__(every)
        self.heads = {"class": classes}
        self.real_weight, self.fake_weight, self.generator_weight = real_weight, fake_weight, generator_weight

    def forward(self, play: Play) -> Tensor:
        """The weighted term; logs ``discriminator/class_accuracy`` on real samples.

        Raises:
            GanfwError: If the samples come without classes.
        """
        if play.condition is None:
            raise GanfwError(NO_CLASSES)
        of_fake = cross_entropy(play.fake_verdict.heads["class"].float(), play.condition)
        if play.player == "generator":
            return value_at(self.generator_weight, play.images) * of_fake
        logits = play.real_verdict.heads["class"].float()
        play.step.log("discriminator/class_accuracy", (logits.argmax(1) == play.condition).float().mean())
        of_real = cross_entropy(logits, play.condition)
        return value_at(self.real_weight, play.images) * of_real + value_at(self.fake_weight, play.images) * of_fake


class Supervised(Regularizer):
    """Cross-entropy of the head ``class`` on the samples that are labelled, beside a game on all of them.

    With a discriminator whose logit is the log-sum-exp of that head, this is the semi-supervised game of K classes and
    one more for fakes, whose own logit is fixed at 0.

    Args:
        classes: K.
        weight: Factor, a number or a schedule over images shown.
        every: Evaluate each ``every`` steps.

    References:
        Salimans et al. 2016, Improved Techniques for Training GANs, section 5; Odena 2016, Semi-Supervised Learning
        with Generative Adversarial Networks.
    """

    def __init__(self, classes: int, weight: Scheduled = 1.0, every: int = 1) -> None:
        super().__init__(every)
        self.heads = {"class": classes}
        self.weight = weight

    def forward(self, play: Play) -> Tensor:
        """The weighted term; logs ``discriminator/class_accuracy`` on the labelled samples.

        Raises:
            GanfwError: If the data bring no labelled samples, or, on the CPU, if a label is beyond the head.
        """
        x, label = play.labelled
        logits = play.judge(x).heads["class"].float()
        play.step.log("discriminator/class_accuracy", (logits.argmax(1) == label).float().mean())
        try:
            return value_at(self.weight, play.images) * cross_entropy(logits, label)
        except IndexError:  # on a GPU nobody looks at the labels
            raise GanfwError(
                f"supervised was made for {self.heads['class']} classes, but the data have a label {int(label.max())}, "
                "counted from 0. Set regularizers.supervised.classes and discriminator.heads.class to the number of "
                "classes."
            ) from None


class MutualInformation(Regularizer):
    """−λ L_I(c; G(z)): the head ``code`` finds in the fakes what the latents held; both players gain by it.

    The latents begin with the codes, as a generator with such codes has them: each categorical one as one-hot, then the
    continuous ones. L_I = E log Q(c|x) + H(c); for a continuous code Q is a normal distribution, its mean from the
    head, and its deviation 1 or, with ``learned_std``, from the head too.

    Args:
        categorical: Number of values of each categorical code.
        continuous: Number of continuous codes.
        weight: λ of the categorical codes, a number or a schedule over images shown.
        continuous_weight: λ of the continuous ones.
        learned_std: Whether the head says the deviations as well: it is then longer by ``continuous``.
        every: Evaluate each ``every`` steps of the player.

    References:
        Chen et al. 2016, InfoGAN, equations 5 and 6.
    """

    side = "both"

    def __init__(
        self, categorical: Sequence[int] = (10,), continuous: int = 2, weight: Scheduled = 1.0,
        continuous_weight: Scheduled = 0.1, *, learned_std: bool = False, every: int = 1,
    ) -> None:  # fmt: skip
        super().__init__(every)
        self.categorical, self.continuous = tuple(categorical), continuous
        self.weight, self.continuous_weight, self.learned_std = weight, continuous_weight, learned_std
        self.heads = {"code": sum(categorical) + continuous * (2 if learned_std else 1)}

    def forward(self, play: Play) -> Tensor:
        """The weighted term; logs ``<player>/mutual_information`` of the categorical codes, at most Σ log K nats.

        Raises:
            GanfwError: If the latents are shorter than the codes.
        """
        length = sum(self.categorical) + self.continuous
        if play.z.shape[1] < length:
            raise GanfwError(
                f"mutual-information looks for codes of length {length} at the front of the latents, but these have "
                f"length {play.z.shape[1]}. Give the generator the same codes (generator.categorical, "
                "generator.continuous), and the discriminator's head as long."
            )
        head = play.fake_verdict.heads["code"].float()
        places = [*self.categorical, self.continuous]
        codes = play.z[:, :length].split(places, 1)
        guesses = head[:, :length].split(places, 1)
        unknown = head.new_zeros(())
        for code, guess in zip(codes[:-1], guesses[:-1], strict=True):
            unknown = unknown + cross_entropy(guess, code.argmax(1))
        entropy = sum(map(log, self.categorical))
        play.step.log(f"{play.player}/mutual_information", entropy - unknown.detach())
        missed = _normal_nll(codes[-1], guesses[-1], head[:, length:] if self.learned_std else None)
        weights = value_at(self.weight, play.images), value_at(self.continuous_weight, play.images)
        # H(c) is a constant: leaving it out changes no gradient.
        return weights[0] * unknown + weights[1] * missed


def _normal_nll(code: Tensor, mean: Tensor, log_std: Tensor | None) -> Tensor:
    """−log N(c; μ, σ²) up to a constant, summed over the codes. Shape: ``(B, n)`` each; result: scalar."""
    if log_std is None:
        return 0.5 * (code - mean).square().sum(1).mean()
    return (0.5 * ((code - mean) / log_std.exp()).square() + log_std).sum(1).mean()
