import assert from "node:assert/strict";
import { test } from "node:test";
import { secondsOf } from "../../static/js/pressed.js";

const NOON = Date.UTC(2026, 5, 1, 12);

test("a press lasts until it is let go", () => {
  assert.equal(secondsOf({ began: NOON, ended: NOON + 3_100 }, NOON + 3_200), 3.1);
});

test("a key that is still held has been pressed until now", () => {
  assert.equal(secondsOf({ began: NOON, ended: null }, NOON + 500), 0.5);
});

test("a press of a while ago is not that of this click", () => {
  assert.equal(secondsOf({ began: NOON, ended: NOON + 5_000 }, NOON + 6_001), 0);
});
