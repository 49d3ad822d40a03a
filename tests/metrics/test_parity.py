"""What torch-fidelity 0.4.0 says of the same features, and of the same weights and pictures.

It needs torchvision, so it does not run here; its answers were written down.
"""

import pytest
import torch
import waves

from ganfw_metrics import frechet_distance, kernel_distance, prdc
from ganfw_metrics.extractors.inception_network import Inception

REAL, FAKE = waves.features(60, 0.37), 0.8 * waves.features(60, 0.41) + 0.2


def test_fid():
    """fid_statistics_to_metric of fid_features_to_statistics."""
    assert frechet_distance(REAL, FAKE)[0] == pytest.approx(1.4584005747517015, rel=1e-9)


def test_kid():
    """kid_features_to_metric with one subset of all."""
    assert kernel_distance(REAL, FAKE)[0] == pytest.approx(0.1781192765216053, rel=1e-9)


@pytest.mark.parametrize(("k", "precision", "recall"), [(3, 59 / 60, 48 / 60), (5, 1.0, 55 / 60)])
def test_precision_and_recall(k, precision, recall):
    """prc_features_to_metric with prc_neighborhood=k."""
    found = prdc(REAL, FAKE, k)
    assert found["precision"].mean().item() == pytest.approx(precision, rel=1e-6)
    assert found["recall"].mean().item() == pytest.approx(recall, rel=1e-6)


@pytest.fixture(scope="module")
def weights_file(tmp_path_factory):
    file = tmp_path_factory.mktemp("weights") / "inception.pth"
    torch.save(waves.weights(Inception().state_dict()), file)
    return file


def test_inception_has_all_of_its_weights():
    network = Inception()
    assert sum(parameter.numel() for parameter in network.parameters()) == 23_850_960
    assert len(network.state_dict()) == 566
