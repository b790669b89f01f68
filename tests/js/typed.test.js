import assert from "node:assert/strict";
import { test } from "node:test";
import { typedText } from "../../static/js/typed.js";

for (const [typed, taken] of [
  ["Gannet Hotel", "Gannet Hotel"],
  ["  Gannet \t  Hotel ", "Gannet Hotel"],
  ["Gannet\u00a0Hotel", "Gannet Hotel"],
  ["   ", ""],
  ["", ""],
]) {
  test(`the server takes "${taken}" from ${JSON.stringify(typed)}`, () => {
    assert.equal(typedText(typed ?? ""), taken);
  });
}
