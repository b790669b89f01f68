"""Draws the sample of a draw's JSON file again: ``python replay_draw.py draw.json``."""

import hashlib
import json
import sys
from pathlib import Path


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


draw = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
assert sha256(draw["frame"]) == draw["frame_sha256"], "The list of venues is another."
assert sha256(draw["seed"]) == draw["seed_sha256"], "The seed is another than was committed."
frame = [line.split("\t")[:2] for line in draw["frame"].split("\n")[:-1]]
again = []
for of in draw["strata"]:
    numbers = [int(number) for number, stratum in frame if stratum == of["stratum"]]
    assert len(numbers) == of["size"], "A stratum has another size."
    numbers.sort(key=lambda number: (sha256(f"{draw['seed']}:{number}"), number))
    for place, number in enumerate(numbers[: of["sample"] + of["reserves"]], start=1):
        again.append((number, of["stratum"], place, place > of["sample"]))
kept = [(x["number"], x["stratum"], x["place"], x["reserve"]) for x in draw["drawn"]]
assert sorted(again) == sorted(kept), "The sample in the file is another."
print(f"The same {len(again)} venues are drawn from these {len(frame)}.")
