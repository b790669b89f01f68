/**
 * Keeps what a person enters in a form on their device until the server has acknowledged it.
 *
 * A form marked `data-draft="key"` is stored at every change and restored when the page comes back
 * fresh from the server. One marked `data-draft-sent` shows what was sent and refused, which is newer
 * than the draft, so it is left as it is. A page with `data-draft-done="key"` says that the server
 * has it all: only then is the draft forgotten. Where storage is unavailable nothing happens.
 *
 * A form that was sent and has no answer yet is marked beside its draft with the address it went to.
 * Its page sends it again by itself when it is opened, and `data-kept="visit-person"` shows a link
 * to it, which asks for the form however things stand by now: the server says what became of it.
 * Keys name the person, so whoever else uses the phone neither sees nor sends it.
 */

import { all, first } from "./find.js";

const PREFIX = "draft:";
const SENDING = "sending:";
/** The field with the number that a message carries. */
const NUMBER = "submission";
const NEVER_KEPT = new Set(["file", "password", "submit", "button"]);
const NOTICE = "We kept what you entered on this phone.";

/** @typedef {Record<string, string[]>} Draft The chosen or typed values by name of the field. */

/**
 * Forget the drafts that this page says are done. With `data-arrived` the number of the message that
 * arrived: one that was sent with another number, and has no answer yet, is not forgotten.
 */
export function forgetDrafts() {
  for (const element of document.querySelectorAll("[data-draft-done]")) {
    const key = element.getAttribute("data-draft-done");
    const arrived = element.getAttribute("data-arrived");
    const waits = withStorage((storage) => storage.getItem(SENDING + key));
    if (arrived !== null && waits && stored(PREFIX + key)?.[NUMBER]?.[0] !== arrived) continue;
    withStorage((storage) => storage.removeItem(PREFIX + key));
    withStorage((storage) => storage.removeItem(SENDING + key));
  }
}

/** Restore and go on keeping every form of the page that asks for it. */
export function keepDrafts() {
  for (const form of all("form[data-draft]", HTMLFormElement)) {
    const key = PREFIX + form.getAttribute("data-draft");
    const mark = SENDING + form.getAttribute("data-draft");
    if (form.hasAttribute("data-draft-sent")) {
      withStorage((storage) => storage.removeItem(mark)); // it has its answer
    } else if (
      restore(form, key) &&
      withStorage((storage) => storage.getItem(mark)) === goesTo(form)
    ) {
      form.setAttribute("data-unsent", "");
    }
    const keep = () => withStorage((storage) => storage.setItem(key, JSON.stringify(read(form))));
    form.addEventListener("input", keep);
    form.addEventListener("change", keep);
  }
}

/**
 * Note that a form is being sent, until a page says that it arrived or was refused.
 * @param {HTMLFormElement} form
 */
export function noteSending(form) {
  const key = form.getAttribute("data-draft");
  if (key) withStorage((storage) => storage.setItem(SENDING + key, goesTo(form)));
}

/**
 * @param {HTMLFormElement} form
 * @returns {string} the path to which it is sent
 */
function goesTo(form) {
  // The attribute: a field named "action" would hide the property.
  return new URL(form.getAttribute("action") ?? "", window.location.href).pathname;
}

/** Show where this phone keeps something that was sent and has no answer yet. */
export function showKept() {
  const keys = withStorage((storage) => Object.keys(storage)) ?? [];
  for (const place of all("[data-kept]", HTMLElement)) {
    // After the name of the form the visit, the person and perhaps a number: 2-5 is not in 12-5.
    const about = new RegExp(`^${SENDING}[a-z-]+-${place.getAttribute("data-kept")}(-|$)`);
    const key = keys.find((one) => about.test(one));
    const page = key && withStorage((storage) => storage.getItem(key));
    if (!page?.startsWith("/")) continue;
    place.querySelector("a")?.setAttribute("href", `${page}?kept`);
    place.hidden = false;
  }
}

/**
 * Give each `data-client-uuid` field an identifier made on this device, so that a page kept or shown
 * twice never sends the same one for different answers. The server's stays where it was sent already,
 * or where the browser can make none; a restored draft brings back its own.
 */
export function makeClientUuids() {
  if (!crypto.randomUUID) return;
  for (const field of all("input[data-client-uuid]", HTMLInputElement)) {
    if (!field.form?.hasAttribute("data-draft-sent")) field.value = crypto.randomUUID();
  }
}

/**
 * @param {HTMLFormElement} form
 * @returns {Draft}
 */
function read(form) {
  /** @type {Draft} */
  const draft = {};
  for (const control of controls(form)) {
    const values = draft[control.name] ?? [];
    if (!isChoice(control) || control.checked) values.push(control.value);
    draft[control.name] = values;
  }
  return draft;
}

/**
 * @param {HTMLFormElement} form
 * @param {string} key
 * @returns {boolean} whether there was a draft
 */
function restore(form, key) {
  const draft = stored(key);
  if (!draft) return false;
  for (const control of controls(form)) {
    const values = draft[control.name];
    if (!values) continue;
    if (isChoice(control)) {
      control.checked = values.includes(control.value);
    } else {
      const value = values.shift();
      if (value !== undefined) control.value = value;
    }
  }
  tell(form);
  return true;
}

/**
 * @param {string} key
 * @returns {Draft | null}
 */
function stored(key) {
  try {
    return JSON.parse(withStorage((storage) => storage.getItem(key)) ?? "null");
  } catch {
    return null;
  }
}

/** @param {HTMLFormElement} form */
function tell(form) {
  const given = first("[data-draft-notice]", HTMLElement);
  if (given) {
    given.hidden = false;
    return;
  }
  const notice = document.createElement("p");
  notice.className = "govuk-inset-text";
  notice.setAttribute("role", "status");
  notice.textContent = NOTICE;
  form.prepend(notice);
}

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Control */

/**
 * What of a form is kept: neither files nor secrets, and not the token of the server.
 * @param {HTMLFormElement} form
 * @returns {Control[]}
 */
function controls(form) {
  return [...form.elements]
    .filter(
      (element) =>
        element instanceof HTMLInputElement ||
        element instanceof HTMLSelectElement ||
        element instanceof HTMLTextAreaElement,
    )
    .filter(({ name, type }) => name && name !== "csrfmiddlewaretoken" && !NEVER_KEPT.has(type));
}

/**
 * @param {Control} control
 * @returns {control is HTMLInputElement}
 */
function isChoice(control) {
  return control.type === "radio" || control.type === "checkbox";
}

/**
 * @template T
 * @param {(storage: Storage) => T} use
 * @returns {T | null} null where storage is refused or full
 */
function withStorage(use) {
  try {
    return use(window.localStorage);
  } catch {
    return null;
  }
}
