import assert from "node:assert/strict";
import { test } from "node:test";
import { isLost } from "../../static/js/silence.js";

const NOON = Date.UTC(2026, 5, 1, 12);
const quiet = { online: true, asked: null, answered: NOON };

test("rows hold while an answer is fresh", () => {
  assert.equal(isLost(quiet, NOON), false);
  assert.equal(isLost(quiet, NOON + 12_499), false);
});

test("rows do not hold once a whole poll was missed", () => {
  assert.equal(isLost(quiet, NOON + 12_500), true);
});

test("a question has two seconds for its answer", () => {
  const waiting = { ...quiet, asked: NOON + 5_000 };
  assert.equal(isLost(waiting, NOON + 6_999), false);
  assert.equal(isLost(waiting, NOON + 7_000), true);
});

test("a browser that knows to be offline has lost the board at once", () => {
  assert.equal(isLost({ ...quiet, online: false }, NOON), true);
});

test("a page that the browser kept holds nothing, however short it was away", () => {
  assert.equal(isLost({ ...quiet, answered: 0 }, NOON), true);
});
