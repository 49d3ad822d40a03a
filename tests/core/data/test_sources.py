import zipfile

import pytest
from PIL import Image

from ganfw.config.data import FilesConfig
from ganfw.data.check import Problem, check
from ganfw.data.sources import LOOKED_FOR
from ganfw.errors import GanfwError
from ganfw.specs import ImageSpec

SPEC = ImageSpec(16)


def build(path, **settings):
    return FilesConfig(path=str(path), **settings).build(SPEC)


def names(path, **settings):
    return [item.name for item in FilesConfig(path=str(path), **settings).source().items()]


def zipped(folder, path, prefix=""):
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, prefix + file.relative_to(folder).as_posix())
    return path


def refusal(path, **settings):
    with pytest.raises(GanfwError) as caught:
        build(path, **settings)
    return str(caught.value)


def test_a_folder_is_read_with_all_in_it_and_without_hidden_files(folder):
    image = (folder / "cat" / "0.png").read_bytes()
    for name in (".hidden.png", "._0.png", "notes.txt", "UPPER.PNG"):
        (folder / name).write_bytes(image)
    (folder / "dog" / "deep").mkdir()
    (folder / "dog" / "deep" / "6.JPEG").write_bytes(image)
    assert names(folder) == [
        "UPPER.PNG", "cat/0.png", "cat/1.png", "cat/2.png", "dog/3.png", "dog/4.png", "dog/5.png", "dog/deep/6.JPEG",
    ]  # fmt: skip
    assert len(build(folder)) == 8


def test_a_split_is_a_folder(folder):
    assert names(folder, split="dog") == ["3.png", "4.png", "5.png"]
    assert refusal(folder, split="dogs") == f"{folder} has no split 'dogs'. It has cat, dog; did you mean dog?"


def test_a_zip_is_read_like_a_folder(folder, tmp_path):
    path = zipped(folder, tmp_path / "pictures.zip")
    one, two = build(folder, labels="folders"), build(path, labels="folders")
    assert one.fingerprint == two.fingerprint
    assert one.spec == two.spec
    assert sorted(file.name for file in tmp_path.iterdir()) == ["cache", "pictures", "pictures.zip"]


def test_a_folder_that_all_of_a_zip_shares_is_left_out(folder, tmp_path):
    path = zipped(folder, tmp_path / "outer.zip", "holiday/2024/")
    assert names(path) == ["cat/0.png", "cat/1.png", "cat/2.png", "dog/3.png", "dog/4.png", "dog/5.png"]
    assert build(path, labels="folders").spec.condition.names == ("cat", "dog")
    assert names(path, split="dog") == ["3.png", "4.png", "5.png"]
    assert refusal(path, split="cats") == f"{path} has no split 'cats'. It has cat, dog; did you mean cat?"


def test_a_zip_without_a_suffix_is_known_by_its_content(folder, tmp_path):
    assert len(build(zipped(folder, tmp_path / "pictures"[:-1]))) == 6


def test_a_damaged_zip_entry_is_one_bad_picture(folder, tmp_path, caplog):
    path = zipped(folder, tmp_path / "pictures.zip")
    data = bytearray(path.read_bytes())
    place = data.index(b"IDAT") + 40
    data[place] ^= 0xFF
    path.write_bytes(data)
    assert len(build(path)) == 5
    assert caplog.messages[0] == "skipped cat/0.png: the zip entry is broken: Bad CRC-32 for file 'cat/0.png'"


def test_entries_that_point_outside_are_only_names(tmp_path, encoded, noise):
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../outside.png", encoded(noise(16, 16)))
        archive.writestr("/absolute.png", encoded(noise(16, 16, 1)))
    before = sorted(tmp_path.parent.iterdir())
    assert len(build(path)) == 2
    assert sorted(tmp_path.parent.iterdir()) == before


def test_an_entry_that_unpacks_to_too_much_is_not_read(folder, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("ganfw.data.sources._LARGEST_BYTES", 1290)
    (folder / "cat" / "0.png").write_bytes(bytes(2000))
    assert len(build(zipped(folder, tmp_path / "pictures.zip"))) == 5
    assert caplog.messages[0] == "skipped cat/0.png: unpacks to 2,000 bytes, more than the limit of 1,290"


def test_a_link_to_nowhere_is_one_bad_picture(folder, caplog):
    (folder / "gone.png").symlink_to(folder / "nothing.png")
    assert len(build(folder)) == 6
    assert caplog.messages[0] == "skipped gone.png: No such file or directory"


def test_links_to_folders_are_followed(folder, tmp_path):
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "kitten").symlink_to(folder / "cat")
    (tmp_path / "linked" / "all").symlink_to(folder)
    assert names(tmp_path / "linked") == [
        "all/cat/0.png", "all/cat/1.png", "all/cat/2.png", "all/dog/3.png", "all/dog/4.png", "all/dog/5.png",
    ]  # fmt: skip
    (tmp_path / "linked" / "all").unlink()
    assert names(tmp_path / "linked") == ["kitten/0.png", "kitten/1.png", "kitten/2.png"]
    assert build(tmp_path / "linked", labels="folders").spec.condition.names == ("kitten",)


def test_a_loop_of_links_ends_and_folders_keep_their_own_names(folder):
    before = names(folder)
    (folder / "a").symlink_to(folder)
    (folder / "b").symlink_to(folder / "dog")
    (folder / "dog" / "up").symlink_to(folder / "cat")
    (folder / "cat" / "across").symlink_to(folder / "dog")
    assert names(folder) == before


def test_a_missing_path_names_what_is_near(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert refusal("./picturs/cat") == "picturs/cat does not exist; did you mean data.path=pictures/cat?"
    assert refusal(tmp_path / "pictures" / "xyzzy") == (
        f"{tmp_path}/pictures/xyzzy does not exist. The nearest folder that does is {tmp_path}/pictures: "
        "is the name after it right?"
    )
    assert refusal(tmp_path / "pictures" / "cta") == (
        f"{tmp_path}/pictures/cta does not exist; did you mean data.path={tmp_path}/pictures/cat?"
    )


def test_an_empty_folder_is_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    assert refusal(tmp_path / "empty") == (
        f"{tmp_path}/empty is empty. Put pictures into it, or give another folder as data.path."
    )


def test_a_folder_without_pictures_says_what_a_picture_is(tmp_path):
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text("a")
    assert refusal(tmp_path / "texts") == (
        f"{tmp_path}/texts holds files (the first is a.txt) but no pictures. Files ending in avif, bmp, gif, jp2, "
        "jpeg, jpg, pbm, pgm, png, pnm, ppm, tga, tif, tiff, webp are pictures."
    )


def test_a_folder_with_a_zip_points_at_it(folder, tmp_path):
    (tmp_path / "downloads").mkdir()
    zipped(folder, tmp_path / "downloads" / "a.zip")
    assert refusal(tmp_path / "downloads") == (
        f"{tmp_path}/downloads holds no pictures, but a zip: give data.path={tmp_path}/downloads/a.zip"
    )


def test_a_zip_that_is_no_zip_is_refused(tmp_path):
    (tmp_path / "a.zip").write_text("hello")
    assert refusal(tmp_path / "a.zip") == (
        f"{tmp_path}/a.zip is not a whole zip: File is not a zip file. "
        "Download it again, or give the unpacked folder as data.path."
    )


def test_a_zip_without_pictures_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    assert refusal(tmp_path / "a.zip") == f"{tmp_path}/a.zip holds no pictures. {LOOKED_FOR}"


def test_one_picture_is_no_data_set(folder):
    assert refusal(folder / "cat" / "0.png") == (
        f"{folder}/cat/0.png is one file, and neither a .zip nor a .parquet or .arrow table. "
        f"Give the folder that holds the pictures: data.path={folder}/cat"
    )


def test_folders_as_labels_need_folders(folder):
    (folder / "loose.png").write_bytes((folder / "cat" / "0.png").read_bytes())
    assert refusal(folder, labels="folders") == (
        f"data.labels=folders takes the folders in {folder} as classes, but loose.png lies in none. "
        "Move it into the folder of its class, or give data.labels=none."
    )


def test_a_column_needs_a_table(folder):
    assert refusal(folder, labels="species") == (
        f"data.labels=species names a column, but {folder} holds picture files. "
        "Give data.labels=folders if each folder in it is a class, or data.labels=none."
    )


def test_pictures_beside_tables_have_to_be_told_apart(folder):
    (folder / "a.parquet").write_bytes(b"")
    assert refusal(folder) == (
        f"{folder} holds both pictures (6) and tables (1). "
        f"Give a folder with the pictures alone, or a table such as data.path={folder}/a.parquet"
    )


def test_checking_lists_each_bad_file_and_counts_the_rest(folder, cache):
    (folder / "cat" / "broken.png").write_bytes(b"hello")
    (folder / "dog" / "empty.jpg").write_bytes(b"")
    Image.new("L", (8, 30)).save(folder / "dog" / "small.png")
    Image.new("L", (30, 40)).save(folder / "dog" / "grey.png")
    report = check(FilesConfig(path=str(folder), labels="folders"), SPEC)
    assert (report.total, report.good) == (10, 7)
    assert report.problems == (
        Problem("cat/broken.png", "not a picture that Pillow can read"),
        Problem("dog/empty.jpg", "the file is empty"),
        Problem("dog/small.png", "too small: 8x30 for size 16"),
    )
    assert report.summary == (
        f"{folder}: 7 of 10 pictures are good for image.size=16",
        "modes: RGB (6), L (1)",
        "sizes: 20x20 (6), 30x40 (1)",
        "classes: dog (4), cat (3)",
    )
    assert not cache.exists()
