/**
 * Shows what fits while one types into the box of a question whose answers are searched
 * (govuk/searched.py). What is found stands below the box as radios or checkboxes of the form, so
 * the keyboard and screen readers need nothing of their own; a status says how much there is.
 */

import { all } from "./find.js";

const PAUSE = 250; // milliseconds after the last letter

/** Watch every such box of the page. */
export function searchAsTyped() {
  if (!window.fetch) return;
  for (const box of all("input[data-search]", HTMLInputElement)) watch(box);
}

/** @param {HTMLInputElement} box */
function watch(box) {
  const below = document.getElementById(box.id.replace(/_find$/, "_found"));
  const question = box.getAttribute("data-search");
  if (!below || !question) return;
  const status = document.createElement("p");
  status.className = "govuk-hint app-search-status";
  status.setAttribute("role", "status");
  box.after(status);
  let timer = 0;
  let asked = 0;

  const look = async () => {
    clearTimeout(timer);
    const turn = ++asked;
    const url = new URL(window.location.href);
    url.searchParams.set("find", question);
    url.searchParams.set("text", box.value);
    for (const one of ticked(below)) url.searchParams.append("has", one);
    try {
      const response = await fetch(url, { headers: { Accept: "application/json" } });
      if (!response.ok || turn !== asked) return;
      /** @type {{says: string, html: string}} */
      const found = await response.json();
      if (turn !== asked) return;
      const page = new DOMParser().parseFromString(found.html, "text/html");
      below.replaceChildren(...page.body.childNodes);
      status.textContent = found.says;
    } catch {
      status.textContent = ""; // no signal: the form itself tells what fits
    }
  };
  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = window.setTimeout(look, PAUSE);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // it would send the whole form
    look();
  });
  // What was typed is answered: sent along, it would be looked for again.
  below.addEventListener("change", () => {
    clearTimeout(timer);
    asked++;
    box.value = "";
    status.textContent = "";
  });
}

/**
 * @param {HTMLElement} below
 * @returns {string[]} the values of what is chosen
 */
function ticked(below) {
  return [...below.querySelectorAll("input")].filter((one) => one.checked).map((one) => one.value);
}
