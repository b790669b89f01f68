import assert from "node:assert/strict";
import { test } from "node:test";
import { isSamePage } from "../../static/js/addresses.js";

const PAGE = "https://makesafe.example/venues/3/?tab=contacts";

for (const other of [PAGE, `${PAGE}#note`]) {
  test(`${other} is the same page`, () => {
    assert.equal(isSamePage(PAGE, other), true);
    assert.equal(isSamePage(other, PAGE), true);
  });
}

test("a question mark with nothing behind it makes no other page", () => {
  assert.equal(isSamePage("https://makesafe.example/a/?", "https://makesafe.example/a/"), true);
});

for (const other of [
  "https://makesafe.example/venues/3/",
  "https://makesafe.example/venues/3/?tab=visits",
  "https://makesafe.example/venues/4/?tab=contacts",
  "https://elsewhere.example/venues/3/?tab=contacts",
]) {
  test(`${other} is another page`, () => {
    assert.equal(isSamePage(PAGE, other), false);
  });
}
