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

import { draftFrom, draftOf, fill } from "./fields.js";
import { all, first } from "./find.js";
import { draftKey, isDone, sendingKey, waitingKey } from "./kept.js";

const NOTICE = "We kept what you entered on this phone.";

/**
 * Forget the drafts that this page says are done. With `data-arrived` the number of the message that
 * arrived: one that was sent with another number, and has no answer yet, is not forgotten.
 */
export function forgetDrafts() {
  for (const element of document.querySelectorAll("[data-draft-done]")) {
    const form = element.getAttribute("data-draft-done");
    const key = draftKey(form);
    const mark = sendingKey(form);
    const sentTo = withStorage((storage) => storage.getItem(mark));
    if (!isDone(element.getAttribute("data-arrived"), sentTo, stored(key))) continue;
    withStorage((storage) => storage.removeItem(key));
    withStorage((storage) => storage.removeItem(mark));
  }
}

/** Restore and go on keeping every form of the page that asks for it. */
export function keepDrafts() {
  for (const form of all("form[data-draft]", HTMLFormElement)) {
    const key = draftKey(form.getAttribute("data-draft"));
    const mark = sendingKey(form.getAttribute("data-draft"));
    const keep = () => {
      const draft = JSON.stringify(draftOf(controls(form)));
      withStorage((storage) => storage.setItem(key, draft));
    };
    if (form.hasAttribute("data-draft-sent")) {
      withStorage((storage) => storage.removeItem(mark)); // it has its answer
      keep(); // as it came back: it says no more for how long its button was pressed
    } else if (
      restore(form, key) &&
      withStorage((storage) => storage.getItem(mark)) === goesTo(form)
    ) {
      form.setAttribute("data-unsent", "");
    }
    form.addEventListener("input", keep);
    form.addEventListener("change", keep);
  }
}

/**
 * Note that a form is being sent, until a page says that it arrived or was refused.
 * @param {HTMLFormElement} form
 */
export function noteSending(form) {
  const name = form.getAttribute("data-draft");
  if (name) withStorage((storage) => storage.setItem(sendingKey(name), goesTo(form)));
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
    const key = waitingKey(keys, place.getAttribute("data-kept"));
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
 * @param {string} key
 * @returns {boolean} whether there was a draft
 */
function restore(form, key) {
  const draft = stored(key);
  if (!draft) return false;
  fill(controls(form), draft);
  tell(form);
  return true;
}

/** @param {string} key */
function stored(key) {
  return draftFrom(withStorage((storage) => storage.getItem(key)));
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

/** @param {HTMLFormElement} form */
function controls(form) {
  return [...form.elements].filter(
    (element) =>
      element instanceof HTMLInputElement ||
      element instanceof HTMLSelectElement ||
      element instanceof HTMLTextAreaElement,
  );
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
