/**
 * Keeps the board fresh, and covers its answer and its rows while nobody can know whether they hold.
 *
 * A call handler must not read silence as "nothing has changed". The server is asked at each letter,
 * whenever its stream says that something changed, and every few seconds (htmx every 10, and more
 * often while there is no stream); each answer of the board says so with the event "board-answered".
 * All is covered when a question has no answer in time, when nothing was heard for longer than that
 * should take, after the tab slept, and at once when the browser knows that it is offline. It makes
 * no difference why: no network, a server that hangs, an error page. Once it was covered only an
 * answer shows it again.
 */

import { listen } from "./events.js";
import { first } from "./find.js";
import { isLost, isTimeToAsk } from "./silence.js";
import { typedText } from "./typed.js";

const NOT_CONNECTED = "Not connected. Treat every call as real";
const LOOK_EVERY = 250;
const COVERED = ["answer", "live-tests", "tonight", "map", "board-time"];

/** Watch the board, where this page is one. */
export function watchBoard() {
  const form = first("form[data-board]", HTMLFormElement);
  const search = first("form[data-board] [name=q]", HTMLInputElement);
  const told = document.getElementById("board-lost");
  if (!form) return;
  if (!search || !told) throw new Error("The board lacks a part, so nothing would cover its rows");
  /** When the oldest question was sent that has no answer yet. @type {number | null} */
  let asked = null;
  /** When the last answer came; the page itself is the first. */
  let answered = Date.now();
  /** When the stream was last heard. */
  let heard = 0;
  let lastAsked = answered;
  /** Whether something changed since the question was sent that is on its way. */
  let again = false;

  /** Cover what is shown or show it, as things stand, and fade what answers an earlier search. */
  const look = () => {
    const lost = isLost({ online: navigator.onLine, asked, answered, heard }, Date.now());
    if (lost && asked === null && navigator.onLine) answered = 0;
    if (lost !== (told.textContent !== "")) told.textContent = lost ? NOT_CONNECTED : "";
    for (const id of COVERED) {
      const part = document.getElementById(id);
      if (part) part.hidden = lost;
    }
    const isOld = shownText(document) !== typedText(search.value);
    document.getElementById("live-tests")?.classList.toggle("app-faded", isOld);
    document.getElementById("answer")?.classList.toggle("app-answer-old", isOld);
  };
  /** Ask now; what is shown holds until ``look`` says otherwise. */
  const ask = () => {
    look();
    lastAsked = Date.now();
    form.requestSubmit();
  };
  const tick = () => {
    look();
    if (isTimeToAsk(heard, lastAsked, Date.now())) ask();
  };

  form.addEventListener("htmx:beforeRequest", (event) => {
    if (!navigator.onLine) return event.preventDefault(); // each would be an error in the console
    lastAsked = Date.now();
    asked ??= lastAsked; // a letter typed meanwhile replaces the question, not the time
  });
  form.addEventListener("board-answered", () => {
    asked = null;
    answered = Date.now();
    look();
    if (again) {
      again = false;
      ask();
    }
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
  setInterval(tick, LOOK_EVERY);
  listen(form.getAttribute("data-events") ?? "", {
    alive: () => {
      look(); // with what was heard before: what was covered stays so until an answer
      heard = Date.now();
    },
    changed: () => {
      if (asked === null) ask();
      else again = true;
    },
  });
}

/** @param {ParentNode} rows */
function shownText(rows) {
  const answer = rows.querySelector("[data-board-text]");
  return answer?.getAttribute("data-board-text") ?? "";
}
