/**
 * Shows what a sample buys while its planner types: the part of the page that `data-draw-size` names
 * is asked for anew, a moment after the last change. Without script a button does the same.
 */

import { all } from "./find.js";

/** Milliseconds without a key until the figures are asked for. */
const PAUSE = 350;

/** Bring the forms of the page to life. */
export function showDrawSize() {
  for (const form of all("form[data-draw-size]", HTMLFormElement)) {
    const part = document.querySelector(form.dataset.drawSize ?? "");
    if (part) watch(form, part);
  }
}

/**
 * @param {HTMLFormElement} form
 * @param {Element} part
 */
function watch(form, part) {
  let timer = 0;
  let asked = 0;
  form.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => ask(), PAUSE);
  });

  async function ask() {
    const number = ++asked;
    const response = await fetch(addressOf(form), { credentials: "same-origin" }).catch(() => null);
    // What was typed meanwhile has its own answer coming.
    if (!response?.ok || response.redirected || number !== asked) return;
    replace(part, await response.text());
  }
}

/**
 * @param {HTMLFormElement} form
 * @returns {string} the page's address with the answers, for the part alone
 */
function addressOf(form) {
  const address = new URL(form.action);
  address.searchParams.set("part", "size");
  for (const [name, value] of new FormData(form)) {
    const isSecret = name === "csrfmiddlewaretoken" || name === "submission_token";
    if (typeof value === "string" && !isSecret) address.searchParams.append(name, value);
  }
  return address.href;
}

/**
 * Put in the new part; who types in a box of it goes on typing.
 *
 * @param {Element} part
 * @param {string} html
 */
function replace(part, html) {
  const typing = document.activeElement;
  const place = typing instanceof HTMLInputElement && part.contains(typing) ? typing : null;
  part.innerHTML = html;
  const again = place && document.getElementById(place.id);
  if (!(again instanceof HTMLInputElement) || !place) return;
  again.value = place.value;
  again.focus();
  again.setSelectionRange(place.selectionStart, place.selectionEnd);
}
