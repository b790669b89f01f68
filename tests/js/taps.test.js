import assert from "node:assert/strict";
import { test } from "node:test";
import { waitingTaps } from "../../static/js/taps.js";

test("every tap that waits is sent, the newest first", () => {
  const taps = waitingTaps();
  taps.add({ tapped: 1, pressed: 3.5 });
  taps.add({ tapped: 2, pressed: 0.1 });
  assert.deepEqual(taps.next(), { tapped: 2, pressed: 0.1 });
  assert.deepEqual(taps.next(), { tapped: 1, pressed: 3.5 });
  assert.equal(taps.next(), undefined);
});
