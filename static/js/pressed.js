/**
 * Tells a form with a field `pressed` for how many seconds its button was pressed.
 *
 * A long press does what a tap does, and looks the same: it is the server that tells them apart.
 * Browsers answer a long touch with a menu in place of a click, and Enter before it is let go, so
 * the click is made here.
 */

import { all } from "./find.js";

/** Longer than a tap, in milliseconds: from then on a browser may make no click of it. */
const LONGER_THAN_A_TAP = 400;
/** For how long a press belongs to the click that it brought about, in milliseconds. */
const JUST_NOW = 1000;

/**
 * @typedef {object} Press
 * @property {number} began
 * @property {number | null} ended
 */

/** The latest press of each button. @type {WeakMap<Element, Press>} */
const presses = new WeakMap();

/** Watch the buttons of every form that says for how long they were pressed. */
export function watchPresses() {
  for (const field of all("input[name=pressed]", HTMLInputElement)) {
    for (const button of field.form?.querySelectorAll("button[type=submit]") ?? []) {
      if (button instanceof HTMLButtonElement) watch(button);
    }
  }
}

/**
 * Write into the form for how long its button was pressed just now; a press from before this page,
 * which was kept with the form, stays.
 * @param {HTMLFormElement} form
 * @param {Element | null} button
 * @param {boolean} isAgain whether it is being sent already: then the longer press counts
 */
export function tellHowLongPressed(form, button, isAgain) {
  const field = form.querySelector("input[name=pressed]");
  const seconds = howLongPressed(button);
  if (!(field instanceof HTMLInputElement) || seconds === null) return;
  const before = isAgain ? Number(field.value) : 0;
  field.value = String(Math.max(before, seconds));
  field.dispatchEvent(new Event("change", { bubbles: true })); // so that it is kept with the form
}

/**
 * @param {Element | null} button
 * @returns {number | null} for how many seconds it was pressed just now; null where nobody knows
 */
export function howLongPressed(button) {
  const press = button && presses.get(button);
  return press ? secondsOf(press, Date.now()) : null;
}

/**
 * @param {Press} press
 * @param {number} now
 * @returns {number} for how many seconds the button was pressed; 0 where that was a while ago
 */
export function secondsOf({ began, ended }, now) {
  if (ended !== null && now - ended > JUST_NOW) return 0;
  return ((ended ?? now) - began) / 1000;
}

/** @param {HTMLButtonElement} button */
function watch(button) {
  let clicked = false;
  const begin = () => {
    clicked = false;
    presses.set(button, { began: Date.now(), ended: null });
  };
  const end = () => {
    const press = presses.get(button);
    if (!press || press.ended !== null) return;
    press.ended = Date.now();
    if (press.ended - press.began < LONGER_THAN_A_TAP) return;
    setTimeout(() => {
      if (!clicked && button.isConnected) button.click();
    });
  };
  button.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    begin();
    button.setPointerCapture?.(event.pointerId); // a finger may slip a little
  });
  button.addEventListener("pointerup", end);
  button.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    if (event.key === "Enter") event.preventDefault();
    if (!event.repeat) begin();
  });
  button.addEventListener("keyup", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    const press = presses.get(button);
    if (!press || press.ended !== null) return;
    press.ended = Date.now();
    if (event.key === "Enter") button.click();
  });
  button.addEventListener("contextmenu", (event) => {
    if (presses.get(button)?.ended === null) event.preventDefault();
  });
  button.addEventListener("click", () => {
    clicked = true;
  });
}
