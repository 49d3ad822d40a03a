"""Data sets made of others: several as the classes of one, few labels beside many samples, two values alone."""

import numpy as np
import pytest
import torch

import ganfw
from ganfw.config.combined_data import BinaryConfig, DomainsConfig, SemiSupervisedConfig
from ganfw.data.combined import Binary, Domains, SemiSupervised
from ganfw.data.stream import Stream

KEYS = np.arange(1000, 1012)


def numbered(count, start=0, condition=None):
    """Pictures of 2 × 2 in which each pixel is the picture's own number."""
    pixels = np.arange(start, start + count, dtype=np.uint8)[:, None, None, None]
    return ganfw.ArrayData(np.broadcast_to(pixels, (count, 1, 2, 2)).copy(), condition=condition)


def test_domains_are_the_classes_of_one_set():
    data = Domains({"photos": numbered(5), "drawings": numbered(7, start=100, condition=np.arange(7) % 2)})
    assert len(data) == 12
    assert data.spec == ganfw.ImageSpec(2, 1, ganfw.Condition("class", 2, ("photos", "drawings")))
    rows = data.rows(np.array([11, 0, 4, 5]), KEYS[:4])
    assert rows["real"][:, 0, 0, 0].tolist() == [106, 0, 4, 100]
    assert rows["condition"].tolist() == [1, 0, 0, 1]
    assert set(rows) == {"real", "condition"}


def test_a_batch_of_one_domain_alone_is_read_too():
    rows = Domains({"a": numbered(5), "b": numbered(7, start=100)}).rows(np.array([6, 5]), KEYS[:2])
    assert rows["real"][:, 0, 0, 0].tolist() == [101, 100]


def test_domains_are_decoded_as_their_sources_are():
    data = Domains({"a": numbered(3), "b": numbered(3, start=255 - 2)})
    batch = ganfw.Batch({name: torch.from_numpy(x) for name, x in data.rows(np.array([0, 5]), KEYS[:2]).items()})
    assert data.decode(batch).real[:, 0, 0, 0].tolist() == [-1, 1]


def test_another_order_of_domains_is_another_set():
    a, b = numbered(5), numbered(7, start=100)
    assert Domains({"a": a, "b": b}).fingerprint == Domains({"a": a, "b": b}).plain().fingerprint
    assert Domains({"a": a, "b": b}).fingerprint != Domains({"b": b, "a": a}).fingerprint


def test_domains_of_different_kinds_are_refused():
    with pytest.raises(ganfw.GanfwError) as caught:
        Domains({"a": numbered(5), "b": ganfw.ArrayData(np.zeros((4, 3, 2, 2), np.uint8))})
    assert str(caught.value) == (
        "the domains a and b have samples of different kinds, ImageSpec(size=2, channels=1, condition=None) and "
        "ImageSpec(size=2, channels=3, condition=None). Give sources that can be prepared alike."
    )


def test_domains_that_are_stored_as_different_numbers_are_refused():
    with pytest.raises(ganfw.GanfwError) as caught:
        Domains({"a": numbered(5), "b": ganfw.ArrayData(np.zeros((4, 1, 2, 2), np.float32))})
    assert str(caught.value) == (
        "the domains a and b store their samples as uint8 and float32, which one decoder cannot read. Give both as "
        "picture folders, or both as arrays of one kind."
    )


def few(labelled=6):
    """Thirty pictures of the classes 0, 1, 2, 0, 1, ..."""
    return SemiSupervised(numbered(30, condition=np.arange(30) % 3), labelled)


def test_the_first_of_each_class_are_labelled():
    data = few()
    assert len(data) == 30
    assert data.spec == ganfw.ImageSpec(2, 1)
    rows = data.rows(np.arange(30), np.arange(30) + 500)
    assert rows["real"][:, 0, 0, 0].tolist() == list(range(30))
    known = rows["labelled"][:, 0, 0, 0]
    assert sorted(set(known.tolist())) == [0, 1, 2, 3, 4, 5]
    assert (known % 3 == rows["label"]).all()
    assert set(rows) == {"real", "labelled", "label"}


def test_which_label_comes_follows_from_the_key_alone():
    data, (forth, back) = few(), (np.arange(12), np.arange(12)[::-1])
    one, other = data.rows(forth, KEYS), data.rows(forth + 12, KEYS[back])
    assert (one["labelled"] == other["labelled"][back]).all()
    assert (one["label"] == other["label"][back]).all()
    drawn = data.rows(np.zeros(6000, np.int64), np.arange(6000))["labelled"][:, 0, 0, 0]
    # Each of six is expected 1,000 times; the standard deviation is 29.
    assert np.abs(np.bincount(drawn, minlength=6) - 1000).max() < 150


def test_two_processes_see_the_labels_that_one_would():
    one, (first, second) = Stream(few(), batch_size=8, seed=0), (
        Stream(few(), batch_size=8, seed=0, rank=rank, world=2) for rank in (0, 1)
    )  # fmt: skip
    for step in range(5):
        for name in ("real", "labelled", "label"):
            halves = [np.asarray(half[step][name]) for half in (first, second)]
            assert (np.asarray(one[step][name]) == np.concatenate(halves)).all()


def test_the_number_of_labels_is_part_of_what_the_data_are():
    assert few(6).fingerprint == few(6).plain().fingerprint
    assert few(6).fingerprint != few(9).fingerprint


@pytest.mark.parametrize(
    ("data", "labelled", "message"),
    [
        (
            numbered(30), 6,
            "semi-supervised data need classes, and these have none. Say where they are: data.data.labels=true for "
            "data that ship, data.data.labels=folders or a column's name for your own.",
        ),
        (
            numbered(30, condition=np.arange(30) % 3), 7,
            "data.labelled=7 cannot be shared out among 3 classes; data.labelled=6 could",
        ),
        (
            numbered(30, condition=np.arange(30) % 3), 1,
            "data.labelled=1 cannot be shared out among 3 classes; data.labelled=3 could",
        ),
        (
            numbered(30, condition=np.arange(30) % 3), 33,
            "class 0 has 10 samples, but 11 labelled ones of each class were asked for. Give data.labelled=30 at most.",
        ),
        (
            numbered(30, condition=np.array([0] * 15 + [2] * 15)), 6,
            "class 1 has no sample at all, so it cannot have labelled ones. Take it out of the data's classes.",
        ),
    ],
)  # fmt: skip
def test_labels_that_cannot_be_had_are_explained(data, labelled, message):
    with pytest.raises(ganfw.GanfwError) as caught:
        SemiSupervised(data, labelled)
    assert str(caught.value) == message


def test_settings_name_the_sources():
    shapes = {"type": "shapes", "labels": True}
    domains = DomainsConfig.model_validate({"of": {"one": shapes, "other": {"type": "shapes", "seed": 1}}})
    assert domains.build(ganfw.ImageSpec(16)).spec.condition.names == ("one", "other")
    assert domains.held_out() is None
    data = SemiSupervisedConfig.model_validate({"data": shapes, "labelled": 30}).build(ganfw.ImageSpec(16))
    assert (len(data.chosen), data.classes) == (30, 3)


def test_what_ships_keeps_its_licence_and_its_held_out_part():
    digits = {"type": "mnist5k", "labels": True}
    few_labels = SemiSupervisedConfig.model_validate({"data": digits})
    assert few_labels.held_out().split == "test"
    assert few_labels.license() == few_labels.data.license()
    both = DomainsConfig.model_validate({"of": {"a": digits, "b": {"type": "mnist5k", "look": "edges"}}})
    assert [source.split for source in both.held_out().of.values()] == ["test", "test"]
    assert both.license() == few_labels.license()  # once, though it is that of both


def read(data, count=4):
    rows = data.rows(np.arange(count), np.zeros(count, np.int64))
    return data.decode(ganfw.Batch({name: torch.from_numpy(values) for name, values in rows.items()}))


@pytest.mark.parametrize("threshold", [-0.5, 0.0, 0.5])
def test_binary_data_have_two_values_told_apart_at_the_threshold(threshold):
    grey = ganfw.open_data("shapes", size=16, channels=1, labels=True)
    batch, wanted = read(Binary(grey, threshold)), read(grey)
    assert set(batch.real.unique().tolist()) == {-1.0, 1.0}
    assert torch.equal(batch.real > 0, wanted.real > threshold)
    assert torch.equal(batch.condition, wanted.condition)


def test_binary_data_are_others_than_the_grey_ones():
    grey = ganfw.open_data("shapes", size=16, channels=1)
    prints = [grey.fingerprint, *(Binary(grey, threshold).fingerprint for threshold in (0.0, 0.5))]
    assert len(set(prints)) == 3


def test_held_out_data_are_made_binary_alike():
    learned = BinaryConfig(data={"type": "mnist5k"}, threshold=0.2)
    assert learned.held_out() == BinaryConfig(data={"type": "mnist5k", "split": "test"}, threshold=0.2)
    assert BinaryConfig(data="shapes").held_out() is None
    assert learned.license() == learned.data.license()
