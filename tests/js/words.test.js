import assert from "node:assert/strict";
import { test } from "node:test";
import { ON_THE_PAGE, wordsFor } from "../../static/js/words.js";

test("only of a form whose answers the device keeps is it said that they are kept", () => {
  const { waiting, problem, stopped } = wordsFor(["method", "data-keep-trying", "data-draft"]);
  for (const said of [waiting, problem, stopped]) assert.match(said, /ke(ep|pt).* on this phone/);
  for (const marks of [["data-one-tap"], ["method"]]) {
    const other = wordsFor(marks);
    for (const said of Object.values(other)) assert.doesNotMatch(said, /on this phone/);
  }
});

test("of a lone button it is said that nobody sees it yet", () => {
  for (const said of Object.values(wordsFor(["data-keep-trying", "data-one-tap"]))) {
    assert.match(said, /nobody sees it/);
  }
});

test("any other form says that it is not saved", () => {
  assert.equal(wordsFor(["method", "data-keep-trying"]), ON_THE_PAGE);
  for (const said of Object.values(ON_THE_PAGE)) assert.match(said, /not saved/);
});

test("of a real concern that could not be sent the first word is to call", () => {
  for (const said of Object.values(wordsFor(["data-keep-trying", "data-call-now"]))) {
    assert.match(said, /nobody has been told/);
    assert.match(said, /Call the number below now/);
  }
});
