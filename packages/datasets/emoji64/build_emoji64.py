"""Rebuild emoji64 from the npm packages that it comes from (the two Parquet files that the wheel ships).

Run it where npm and the network are; it downloads 105 MB and takes about a minute::

    python packages/datasets/emoji64/build_emoji64.py --out FOLDER

Every tarball is pinned and checked. Emoji in Microsoft's Fluent 3D style are joined with those of Noto on their code
points, and kept if they are no flag and Microsoft's own list has them by name: the package holds further pictures whose
licence has no visible source. See README.md for the licences.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import tarfile
import unicodedata
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

SIZE = 64
GROUPS = (
    "Smileys & Emotion", "People & Body", "Animals & Nature", "Food & Drink", "Travel & Places", "Activities",
    "Objects", "Symbols",
)  # fmt: skip

# Package, version, the first 16 digits of the tarball's sha256.
FLUENT = ("@lobehub/fluent-emoji-3d", "1.1.0", "c1bb7eee7de09020")
NOTO = ("emoji-datasource-google", "16.0.0", "fb5fd131b362aab7")
NAMES = ("unicode-emoji-json", "0.9.0", "ae7efacb55533385")
KEYWORDS = ("emojilib", "4.0.3", "7f9a6b43cff31d18")
UPSTREAM = ("@iconify-json/fluent-emoji", "1.2.7", "8044210dbf11e016")


def main() -> None:
    """Build both files."""
    parser = argparse.ArgumentParser(description="Rebuild emoji64 from npm packages.")
    parser.add_argument("--out", type=Path, required=True, help="folder for train.parquet and test.parquet")
    parser.add_argument("--downloads", type=Path, default=Path("emoji64-downloads"), help="folder for the tarballs")
    given = parser.parse_args()
    given.downloads.mkdir(parents=True, exist_ok=True)
    given.out.mkdir(parents=True, exist_ok=True)
    rows = build_rows(given.downloads)
    # The split follows from the code point alone, so that it stays when emoji are added.
    is_test = [int(sha256(row["codepoint"].encode()).hexdigest(), 16) % 10 == 0 for row in rows]
    for name, wanted in (("train", False), ("test", True)):
        part = [row for row, test in zip(rows, is_test, strict=True) if test is wanted]
        table = pa.Table.from_pylist(part, schema=schema())
        pq.write_table(table, given.out / f"{name}.parquet", compression="zstd", row_group_size=256)


def build_rows(downloads: Path) -> list[dict[str, Any]]:
    """One row per emoji, in the order of Unicode."""
    fluent, noto = unpack(FLUENT, downloads), unpack(NOTO, downloads)
    names = json.loads(unpack(NAMES, downloads)["data-by-emoji.json"])
    keywords = json.loads(unpack(KEYWORDS, downloads)["dist/emoji-en-US.json"])
    icons = json.loads(unpack(UPSTREAM, downloads)["icons.json"])
    upstream = {*icons["icons"], *icons["aliases"]}
    # Two emoji come with and without the selector, as different files; in reverse, the first by name wins.
    fluent_files = {plain(Path(name).stem): name for name in sorted(fluent, reverse=True) if name.endswith(".webp")}
    noto_entries = {plain(entry["unified"].lower()): entry for entry in json.loads(noto["emoji.json"])}
    rows = []
    for emoji, about in names.items():
        code = plain("-".join(f"{ord(character):04x}" for character in emoji))
        shared = code in fluent_files and code in noto_entries
        if not shared or about["group"] == "Flags" or slug(about["name"]) not in upstream:
            continue
        entry = noto_entries[code]
        rows.append({
            "image": cell(fluent[fluent_files[code]], f"fluent/{code}.webp"),
            "noto": cell(noto[f"img/google/64/{entry['image']}"], f"noto/{code}.webp"),
            "caption": about["name"],
            "keywords": [word.replace("_", " ") for word in keywords.get(emoji, [])],
            "label": GROUPS.index(about["group"]),
            "subgroup": entry["subcategory"],
            "codepoint": code,
        })  # fmt: skip
    return rows


def unpack(package: tuple[str, str, str], downloads: Path) -> dict[str, bytes]:
    """The files of one npm package, by their path in it."""
    name, version, digest = package
    tarball = downloads / f"{name.removeprefix('@').replace('/', '-')}-{version}.tgz"
    if not tarball.exists():
        subprocess.run(["npm", "pack", "--silent", f"{name}@{version}"], cwd=downloads, check=True)
    found = sha256(tarball.read_bytes()).hexdigest()
    if not found.startswith(digest):
        raise SystemExit(
            f"{tarball} has sha256 {found}, not {digest}...: it is not the file that emoji64 was made from"
        )
    wanted = re.compile(r"package/((?:assets|img/google/64)/.*|[^/]*\.json|dist/.*\.json)")
    with tarfile.open(tarball) as archive:
        return {
            match[1]: archive.extractfile(member).read()  # type: ignore[union-attr]  # members are files here
            for member in archive
            if member.isfile() and (match := wanted.fullmatch(member.name))
        }


def plain(code: str) -> str:
    """A code point sequence without the selector that asks for a picture."""
    return code.replace("-fe0f", "")


def slug(name: str) -> str:
    """A name as the list of Microsoft's pictures writes it."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", letters.lower()).strip("-")


def cell(data: bytes, path: str) -> dict[str, Any]:
    """One picture on white, as `datasets` stores it."""
    image = Image.open(BytesIO(data)).convert("RGBA")
    side = min(image.size)
    square = image.crop((0, 0, side, side))  # The few that are not square have empty rows below.
    if side != SIZE:
        square = square.convert("RGBa").resize((SIZE, SIZE), Image.Resampling.LANCZOS).convert("RGBA")
    white = Image.new("RGBA", square.size, "white")
    out = BytesIO()
    # Higher settings take hours and save next to nothing.
    Image.alpha_composite(white, square).convert("RGB").save(out, "WEBP", lossless=True, method=4, quality=80)
    return {"bytes": out.getvalue(), "path": path}


def schema() -> pa.Schema:
    """The columns, with what `datasets` reads its features from."""
    text, picture = {"dtype": "string", "_type": "Value"}, {"_type": "Image"}
    features = {
        "image": picture, "noto": picture, "caption": text, "keywords": {"feature": text, "_type": "List"},
        "label": {"names": list(GROUPS), "_type": "ClassLabel"}, "subgroup": text, "codepoint": text,
    }  # fmt: skip
    stored = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    fields = [
        ("image", stored), ("noto", stored), ("caption", pa.string()), ("keywords", pa.list_(pa.string())),
        ("label", pa.int64()), ("subgroup", pa.string()), ("codepoint", pa.string()),
    ]  # fmt: skip
    return pa.schema(fields, metadata={"huggingface": json.dumps({"info": {"features": features}})})


if __name__ == "__main__":
    main()
