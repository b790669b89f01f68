/** What of a form's fields is kept, and how it comes back into them. Knows no page and no storage. */

/**
 * As much of a field as counts here; the controls of a form are such.
 * @typedef {{name: string, type: string, value: string, checked?: boolean,
 *   dataset?: Record<string, string | undefined>}} Field
 */
/** @typedef {Record<string, string[]>} Draft The chosen or typed values by name of the field. */

/** Neither files, which can't be put back, nor secrets, nor what is no answer. */
const NEVER_KEPT = new Set(["file", "password", "submit", "button"]);
/** Django's proof that a page is ours: the one of the new page counts. */
const TOKEN = "csrfmiddlewaretoken";

/**
 * @param {Field} field
 * @returns {boolean}
 */
function isKept({ name, type }) {
  return name !== "" && name !== TOKEN && !NEVER_KEPT.has(type);
}

/**
 * @param {Field} field
 * @returns {boolean}
 */
function isChoice({ type }) {
  return type === "radio" || type === "checkbox";
}

/**
 * @param {Field[]} fields
 * @returns {Draft} with an empty list where nothing was chosen, which is an answer too
 */
export function draftOf(fields) {
  /** @type {Draft} */
  const draft = {};
  for (const field of fields.filter(isKept)) {
    const values = draft[field.name] ?? [];
    if (!isChoice(field) || field.checked) values.push(field.value);
    draft[field.name] = values;
  }
  return draft;
}

/**
 * Put a draft back. Fields of one name take its values in their order; a field that the draft does
 * not know, because the form is newer, stays as it is. So does one that the control room has answered
 * since (`data-told`), where the draft says nothing.
 * @param {Field[]} fields
 * @param {Draft} draft
 */
export function fill(fields, draft) {
  /** @type {Map<string, number>} */
  const taken = new Map();
  for (const field of fields.filter(isKept)) {
    const values = draft[field.name];
    if (!values) continue;
    if (field.dataset?.told !== undefined && values.every((value) => value === "")) continue;
    if (isChoice(field)) {
      field.checked = values.includes(field.value);
      continue;
    }
    const next = taken.get(field.name) ?? 0;
    taken.set(field.name, next + 1);
    const value = values[next];
    if (value !== undefined) field.value = value; // else untouched: to set it counts as typing
  }
}

/**
 * @param {string | null} text as it was stored
 * @returns {Draft | null} null where it is no draft: nothing was stored, or something else
 */
export function draftFrom(text) {
  try {
    const found = JSON.parse(text ?? "null");
    return isDraft(found) ? found : null;
  } catch {
    return null;
  }
}

/**
 * @param {unknown} found
 * @returns {found is Draft}
 */
function isDraft(found) {
  return typeof found === "object" && found !== null && Object.values(found).every(isTexts);
}

/** @param {unknown} values */
function isTexts(values) {
  return Array.isArray(values) && values.every((value) => typeof value === "string");
}
