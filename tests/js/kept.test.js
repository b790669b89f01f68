import assert from "node:assert/strict";
import { test } from "node:test";
import { draftKey, isDone, sendingKey, waitingKey } from "../../static/js/kept.js";

test("what was entered and where it was sent lie under names that phones already have", () => {
  assert.equal(draftKey("outcome-12-5"), "draft:outcome-12-5");
  assert.equal(sendingKey("outcome-12-5"), "sending:outcome-12-5");
});

for (const form of ["outcome-12-5-0", "not-completed-12-5", "not-completed-12-5-3"]) {
  test(`${form} waits about visit 12 of person 5`, () => {
    const key = sendingKey(form);
    assert.equal(waitingKey(["theme", key], "12-5"), key);
  });
}

for (const form of ["outcome-112-5-0", "outcome-12-51-0", "outcome-999-12-5", "outcome-5-12-0"]) {
  test(`${form} is about something else`, () => {
    assert.equal(waitingKey([sendingKey(form)], "12-5"), undefined);
  });
}

test("what was entered and not sent does not wait for an answer", () => {
  assert.equal(waitingKey([draftKey("outcome-12-5")], "12-5"), undefined);
});

const draft = { submission: ["b7"], notes: ["A dog"] };

test("a draft is done where the page says so of whatever was sent", () => {
  assert.equal(isDone(null, "/visits/12/outcome/", draft), true);
});

test("a draft is done where its own number arrived", () => {
  assert.equal(isDone("b7", "/visits/12/outcome/", draft), true);
});

test("a draft that waits is not done when a colleague's message arrived", () => {
  assert.equal(isDone("c8", "/visits/12/outcome/", draft), false);
  assert.equal(isDone("", "/visits/12/outcome/", draft), false);
});

test("what waits without a number of its own is not done by another message", () => {
  assert.equal(isDone("c8", "/visits/12/outcome/", { notes: ["A dog"] }), false);
  assert.equal(isDone("c8", "/visits/12/outcome/", null), false);
});

test("a draft that was never sent is done when any message arrived", () => {
  assert.equal(isDone("c8", null, draft), true);
});
