/**
 * Covers the rows of the live tests while nobody can know whether they still hold.
 *
 * A call handler must not read silence as "nothing has changed". The server is asked at each letter
 * and every few seconds (htmx); each answer of the board says so with the event "board-answered".
 * The rows are covered when a question has no answer in time, when no answer came for longer than
 * that should take, after the tab slept, and at once when the browser knows that it is offline. It
 * makes no difference why: no network, a server that hangs, an error page.
 */

import { first } from "./find.js";
import { isLost } from "./silence.js";
import { typedText } from "./typed.js";

const NOT_CONNECTED = "Not connected. Treat every call as real";
const LOOK_EVERY = 250;

/** Watch the board, where this page is one. */
export function watchBoard() {
  const form = first("form[data-board]", HTMLFormElement);
  const search = first("form[data-board] [name=q]", HTMLInputElement);
  const told = document.getElementById("board-lost");
  if (!form) return;
  if (!search || !told) throw new Error("The board lacks a part, so nothing would cover its rows");
  const covered = ["live-tests", "live-tests-count", "board-time"];
  /** When the oldest question was sent that has no answer yet. @type {number | null} */
  let asked = null;
  /** When the last answer came; the page itself is the first. */
  let answered = Date.now();

  /** Cover the rows or show them, as things stand, and fade those of an earlier search. */
  const look = () => {
    const lost = isLost({ online: navigator.onLine, asked, answered }, Date.now());
    if (lost !== (told.textContent !== "")) told.textContent = lost ? NOT_CONNECTED : "";
    for (const id of covered) {
      const part = document.getElementById(id);
      if (part) part.hidden = lost;
    }
    const rows = document.getElementById("live-tests");
    rows?.classList.toggle("app-faded", shownText(rows) !== typedText(search.value));
  };
  /** Ask now; what is shown holds until ``look`` says otherwise. */
  const ask = () => {
    look();
    form.requestSubmit();
  };

  form.addEventListener("htmx:beforeRequest", (event) => {
    if (!navigator.onLine) return event.preventDefault(); // each would be an error in the console
    asked ??= Date.now(); // a letter typed meanwhile replaces the question, not the time
  });
  form.addEventListener("board-answered", () => {
    asked = null;
    answered = Date.now();
    look();
  });
  document.body.addEventListener("htmx:afterSettle", look);
  search.addEventListener("input", () => {
    asked ??= Date.now();
    look();
  });
  addEventListener("offline", look);
  addEventListener("online", ask);
  addEventListener("pageshow", (event) => {
    if (event.persisted) answered = 0; // the browser kept the page as it was, rows and all
    if (event.persisted || shownText(document) !== typedText(search.value)) ask();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") ask();
  });
  setInterval(look, LOOK_EVERY);
}

/** @param {ParentNode} rows */
function shownText(rows) {
  const answer = rows.querySelector("[data-board-text]");
  return answer?.getAttribute("data-board-text") ?? "";
}
