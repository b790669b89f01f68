import assert from "node:assert/strict";
import { test } from "node:test";
import { isHopeless, meaning, pauseAfter } from "../../static/js/tries.js";

for (const status of [408, 429, 502, 503, 504]) {
  test(`${status} passes by itself, so it is as good as no answer`, () => {
    assert.equal(meaning(status), "none");
  });
}

test("413 says that it is too long, and the same again would be", () => {
  assert.equal(meaning(413), "too long");
});

test("500 is a mistake of the server", () => {
  assert.equal(meaning(500), "mistake");
});

for (const status of [200, 204, 400, 403, 404, 409, 422, 501]) {
  test(`${status} is an answer and is shown`, () => {
    assert.equal(meaning(status), "answer");
  });
}

test("a form is sent five times more after a mistake, then no more", () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6, 7].map((mistakes) => isHopeless(mistakes)),
    [false, false, false, false, false, true, true],
  );
});

test("pauses double from two seconds to a minute, and stay there through a night", () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6, 7].map((tries) => pauseAfter(tries) / 1000),
    [2, 4, 8, 16, 32, 60, 60],
  );
  assert.equal(pauseAfter(5_000), 60_000);
});
