import assert from "node:assert/strict";
import { test } from "node:test";
import { isLost, isSilent, isTimeToAsk, pauseBefore } from "../../static/js/silence.js";

const NOON = Date.UTC(2026, 5, 1, 12);
const quiet = { online: true, asked: null, answered: NOON, heard: 0 };

test("rows hold while an answer is fresh", () => {
  assert.equal(isLost(quiet, NOON), false);
  assert.equal(isLost(quiet, NOON + 9_999), false);
});

test("rows do not hold once nothing was heard for ten seconds", () => {
  assert.equal(isLost(quiet, NOON + 10_000), true);
});

test("a stream that lives says that nothing has changed", () => {
  assert.equal(isLost({ ...quiet, heard: NOON + 9_000 }, NOON + 18_999), false);
  assert.equal(isLost({ ...quiet, heard: NOON + 9_000 }, NOON + 19_000), true);
});

test("a question has two seconds for its answer, though the stream lives", () => {
  const waiting = { ...quiet, asked: NOON + 5_000, heard: NOON + 7_000 };
  assert.equal(isLost(waiting, NOON + 6_999), false);
  assert.equal(isLost(waiting, NOON + 7_000), true);
});

test("a browser that knows to be offline has lost the board at once", () => {
  assert.equal(isLost({ ...quiet, online: false }, NOON), true);
});

test("a page that the browser kept holds nothing, however short it was away", () => {
  assert.equal(isLost({ ...quiet, answered: 0 }, NOON), true);
  assert.equal(isLost({ ...quiet, answered: 0, heard: NOON }, NOON), true);
});

test("a page asks by itself each five seconds while no stream lives", () => {
  assert.equal(isTimeToAsk(NOON, NOON, NOON + 6_999), false);
  assert.equal(isTimeToAsk(0, NOON, NOON + 4_999), false);
  assert.equal(isTimeToAsk(0, NOON, NOON + 5_000), true);
});

test("a stream is silent after two signs of life that did not come", () => {
  assert.equal(isSilent(NOON, NOON + 6_999), false);
  assert.equal(isSilent(NOON, NOON + 7_000), true);
});

test("streams are tried again ever later, and not all at once", () => {
  assert.equal(pauseBefore(1, 0), 1_000);
  assert.equal(pauseBefore(1, 1), 2_000);
  assert.equal(pauseBefore(30, 1), 30_000);
});
