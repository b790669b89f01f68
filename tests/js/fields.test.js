import assert from "node:assert/strict";
import { test } from "node:test";
import { draftFrom, draftOf, fill } from "../../static/js/fields.js";

const text = (name = "", value = "", type = "text") => ({ name, type, value });
const radio = (name = "", value = "", checked = false) => ({ name, type: "radio", value, checked });
const box = (name = "", value = "", checked = false) => ({
  name,
  type: "checkbox",
  value,
  checked,
});

test("what was typed and chosen is kept by the name of its field", () => {
  const fields = [
    text("notes", "A dog"),
    radio("asked", "yes"),
    radio("asked", "no", true),
    box("signs", "badge", true),
    box("signs", "card", true),
    box("signs", "coat"),
  ];
  assert.deepEqual(draftOf(fields), { notes: ["A dog"], asked: ["no"], signs: ["badge", "card"] });
});

test("a question with nothing chosen is kept as that, and unchosen again", () => {
  assert.deepEqual(draftOf([radio("asked", "yes")]), { asked: [] });
  const chosen = radio("asked", "yes", true);
  fill([chosen], { asked: [] });
  assert.equal(chosen.checked, false);
});

test("what the control room has told since is not blanked by a draft that says nothing of it", () => {
  const told = { dataset: { told: "" } };
  const fields = [
    { ...radio("called", "yes", true), ...told },
    { ...text("reference", "CAD 12"), ...told },
    { ...radio("quoted", "yes", true), ...told },
    { ...radio("quoted", "no"), ...told },
  ];
  fill(fields, { called: [], reference: [""], quoted: ["no"] });
  assert.deepEqual(draftOf(fields), { called: ["yes"], reference: ["CAD 12"], quoted: ["no"] });
});

for (const field of [
  text("password", "secret", "password"),
  text("photo", "C:\\fakepath\\a.jpg", "file"),
  text("save", "1", "submit"),
  text("more", "1", "button"),
  text("csrfmiddlewaretoken", "theirs", "hidden"),
  text("", "nameless"),
]) {
  test(`a field of type ${field.type} named "${field.name}" is neither kept nor filled`, () => {
    assert.deepEqual(draftOf([field]), {});
    const before = field.value;
    fill([field], { [field.name]: ["from elsewhere"] });
    assert.equal(field.value, before);
  });
}

test("a draft comes back into the fields that it was taken from", () => {
  const entered = [text("notes", "A dog"), radio("asked", "yes"), radio("asked", "no", true)];
  const fresh = [text("notes"), radio("asked", "yes", true), radio("asked", "no")];
  fill(fresh, draftOf(entered));
  assert.deepEqual(fresh, entered);
});

test("fields of one name get their values back in order, and the draft is left whole", () => {
  const fresh = [text("day", "1"), text("other", "2"), text("day", "3"), text("day", "4")];
  const draft = { day: ["27", "28"] };
  fill(fresh, draft);
  assert.deepEqual(
    fresh.map((field) => field.value),
    ["27", "2", "28", "4"],
  );
  assert.deepEqual(draft, { day: ["27", "28"] });
});

test("an empty text is restored over what the server put there", () => {
  const notes = text("notes", "From the server");
  fill([notes], { notes: [""] });
  assert.equal(notes.value, "");
});

test("a field that the draft does not know stays untouched", () => {
  let writes = 0;
  const untouched = {
    name: "new",
    type: "text",
    get value() {
      return "as it came";
    },
    set value(_) {
      writes += 1;
    },
  };
  fill([untouched], { notes: ["A dog"] });
  fill([untouched], { new: [] });
  assert.equal(writes, 0);
});

test("a draft that was stored is read again", () => {
  const draft = { notes: ["A dog"], asked: [] };
  assert.deepEqual(draftFrom(JSON.stringify(draft)), draft);
});

for (const stored of [null, "", "{", "null", "7", '"text"', '{"notes":"A dog"}', '{"notes":[7]}']) {
  test(`${stored} is no draft`, () => {
    assert.equal(draftFrom(stored), null);
  });
}
