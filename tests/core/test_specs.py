"""What a spec refuses, before data and networks are made for it."""

import pytest

import ganfw


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ganfw.ImageSpec((16, 32)), "size=(16, 32): ImageSpec takes a whole number from 1 on; height and width "
         "are the same, so give one number: size=64"),
        (lambda: ganfw.ImageSpec("16"), "size='16': ImageSpec takes a whole number from 1 on; height and width are the "
         "same, so give one number: size=64"),
        (lambda: ganfw.ImageSpec(16, channels=0), "channels=0: ImageSpec takes a whole number from 1 on"),
        (lambda: ganfw.VectorSpec(-1), "length=-1: VectorSpec takes a whole number from 1 on"),
        (lambda: ganfw.AudioSpec(16.5, 8000), "samples=16.5: AudioSpec takes a whole number from 1 on"),
        (lambda: ganfw.SequenceSpec(8, True), "vocabulary=True: SequenceSpec takes a whole number from 1 on"),
    ],
)  # fmt: skip
def test_sizes_are_whole_numbers(make, message):
    with pytest.raises(ganfw.GanfwError) as error:
        make()
    assert str(error.value) == message


@pytest.mark.parametrize("size", [(16, 32), "16", 0, -1, 16.5])
def test_pictures_are_not_blamed_for_a_wrong_size(tmp_path, size):
    with pytest.raises(ganfw.GanfwError, match=r"^size=.*: ImageSpec takes a whole number from 1 on; height and width"):
        ganfw.open_data(tmp_path, size=size)
