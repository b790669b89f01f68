/** Asks a team to check in, once the time until which it should have done so is here. */

import { all } from "./find.js";

const OVERDUE =
  "You are asked to check in now. If you do not, an alarm is raised in a few minutes.";
const LONGEST = 2 ** 31 - 1; // milliseconds; a longer time makes a timer fire at once

/** Mark each check-in of the page when its time has come; a phone shakes, where it can. */
export function askToCheckIn() {
  for (const part of all("[data-check-in-by]", HTMLElement)) {
    const by = Date.parse(part.getAttribute("data-check-in-by") ?? "");
    setTimeout(() => ask(part), Math.min(Math.max(0, by - Date.now()), LONGEST));
  }
}

/** @param {HTMLElement} part */
function ask(part) {
  if (!part.isConnected) return;
  part.classList.add("app-check-in--due");
  const words = document.createElement("p");
  words.className = "govuk-body govuk-!-font-weight-bold govuk-!-margin-bottom-2";
  words.setAttribute("role", "alert");
  words.textContent = OVERDUE;
  part.prepend(words);
  navigator.vibrate?.([400, 200, 400]);
}
