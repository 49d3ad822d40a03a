import numpy as np
import pytest
import torch

from ganfw.data.arrays import ArrayData
from ganfw.data.stream import Stream, batches
from ganfw.errors import GanfwError
from ganfw.specs import AudioSpec, Condition, ImageSpec, SequenceSpec, VectorSpec


def read(data):
    return next(batches(Stream(data, batch_size=len(data), seed=0), 0, 1))


def test_two_axes_are_vectors():
    data = ArrayData(np.zeros((5, 2)))
    assert data.spec == VectorSpec(2)
    assert len(data) == 5
    assert read(data).real.dtype == torch.float32


def test_bytes_are_decoded_to_the_range_of_pictures():
    values = np.array([0, 51, 102, 255], np.uint8).reshape(1, 1, 2, 2)
    data = ArrayData(values)
    assert data.spec == ImageSpec(size=2, channels=1)
    # x / 127.5 - 1
    torch.testing.assert_close(read(data).real, torch.tensor([-1.0, -0.6, -0.2, 1.0]).reshape(1, 1, 2, 2))


def test_a_tensor_keeps_its_type():
    assert read(ArrayData(torch.zeros(3, 2, dtype=torch.float64))).real.dtype == torch.float64


def test_integers_are_classes_and_floats_are_vectors():
    classes = ArrayData(np.zeros((3, 2)), condition=[0, 4, 1])
    assert classes.spec == VectorSpec(2, Condition("class", 5))
    assert read(classes).condition.dtype == torch.int64
    assert ArrayData(np.zeros((3, 2)), condition=np.zeros((3, 7))).spec.condition == Condition("vector", 7)


def test_other_columns_keep_their_names():
    data = ArrayData(np.arange(4.0)[:, None], other=np.arange(4) * 10)
    batch = read(data)
    assert batch.other.tolist() == [10 * value for value in batch.real[:, 0].tolist()]


def test_the_fingerprint_follows_the_content():
    one, same, other = (ArrayData(np.full((3, 2), value)) for value in (1.0, 1.0, 2.0))
    assert one.fingerprint == same.fingerprint != other.fingerprint


def test_a_spec_can_be_given():
    assert ArrayData(np.zeros((3, 4), np.int64), spec=SequenceSpec(4, 9)).spec == SequenceSpec(4, 9)
    assert ArrayData(np.zeros((3, 1, 8)), spec=AudioSpec(8, 100)).spec == AudioSpec(8, 100)


def test_pictures_may_fill_their_range_and_vectors_have_none():
    values = np.array([-1.0, 0.0, 0.5, 1 + 1e-6], np.float32).reshape(1, 1, 2, 2)
    np.testing.assert_array_equal(read(ArrayData(values)).real, values)
    assert read(ArrayData(np.array([[255.0, -300.0]]))).real.tolist() == [[255.0, -300.0]]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ArrayData(np.zeros((0, 2))), "real has no rows: its shape is (0, 2). Give one row per sample."),
        (
            lambda: ArrayData(np.zeros((3, 2)), condition=[1, 2]),
            "condition has 2 rows but real has 3. Give one row per sample in each.",
        ),
        (
            lambda: ArrayData(np.zeros((3, 2)), spec=VectorSpec(5)),
            "real holds samples of shape (2,), but the spec asks for (5,). "
            "Give an array of shape (count, 5), or another spec.",
        ),
        (
            lambda: ArrayData(np.zeros((3, 1, 4, 6))),
            "cannot tell what an array of shape (3, 1, 4, 6) holds: (count, length) is vectors and "
            "(count, channels, size, size) is pictures. For anything else give spec=, for example "
            "spec=ganfw.SequenceSpec(length=32, vocabulary=50).",
        ),
        (
            lambda: ArrayData(np.zeros((3, 2)), condition=np.zeros((3, 2, 2))),
            "condition has shape (3, 2, 2) and type float32: give integers (count,) for classes, "
            "or floats (count, length) for vectors.",
        ),
        (
            lambda: ArrayData(np.zeros((3, 2)), condition=[1, -1, 0]),
            "condition has the class -1, but classes count from 0. "
            "Leave out the rows without a class, or number the classes 0, 1, 2, ...",
        ),
        (
            lambda: ArrayData(np.zeros((2, 2)), condition=[1, -1], spec=VectorSpec(2, Condition("class", 2))),
            "condition has the class -1, but classes count from 0. "
            "Leave out the rows without a class, or number the classes 0, 1, 2, ...",
        ),
        *(
            (
                lambda value=value: ArrayData(np.array([[0.0, 1.0], [2.0, value]])),
                "real holds values that are not finite (NaN or infinity), which no network can learn from. "
                "Leave those rows out or mend them: numpy.isfinite finds them.",
            )
            for value in (np.nan, np.inf, -np.inf)
        ),
        *(
            (
                lambda low=low, high=high, kind=kind: ArrayData(np.array([low, high] * 2, kind).reshape(1, 1, 2, 2)),
                f"real holds pictures with values from {low} to {high}, outside [-1, 1]: "
                "give uint8 pictures, or floats in [-1, 1].",
            )
            for low, high, kind in ((0, 255, np.float32), (0, 255, np.int64), (-3, 1, np.float64))
        ),
    ],
)
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises(GanfwError) as caught:
        make()
    assert str(caught.value) == message
