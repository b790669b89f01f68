/**
 * Sends a form marked `data-keep-trying` again and again until the server takes it.
 *
 * The server takes the same submission twice as one (the number in it tells), so sending again is
 * safe even if only the answer was lost. A page with errors replaces the document. So does the next
 * page on a phone, which may have no signal a second later; on a desk the browser opens its address.
 * Browsers without fetch send the form as usual.
 */

import { isSamePage } from "./addresses.js";
import { noteSending } from "./draft.js";
import { all } from "./find.js";
import { howLongPressed, tellHowLongPressed } from "./pressed.js";
import { waitingTaps, writeTap } from "./taps.js";
import { isHopeless, meaning, pauseAfter } from "./tries.js";
import { ON_THE_PAGE, TOO_LONG, wordsFor } from "./words.js";

/** @typedef {{url: string, html: string | null}} Answer Without html where there is but the address. */

/**
 * How a form asks for the address of the next page, and where the answer has it. A phone does where
 * it is signed out: the page of signing in brings scripts of its own, and says once why it is shown.
 */
const ASKS_WHERE = "X-Ask-Where";
const ANY_PAGE = "any";
const SIGN_IN = "sign-in";
const WHERE = "X-Where";
const SENDING = "Sending…";
const ANSWER_WITHIN = 20_000; // milliseconds; then the request counts as lost

/** The address of the page that is shown. */
let shown = "";

/** @param {() => void} start Brings a document to life after it was replaced. */
export function keepTrying(start) {
  if (!window.fetch || !window.AbortController) return;
  shown = window.location.href;
  window.addEventListener("popstate", reloadElsewhere);
  for (const form of all("form[data-keep-trying]", HTMLFormElement)) {
    watch(form, start);
  }
}

/**
 * @param {HTMLFormElement} form
 * @param {() => void} start
 */
function watch(form, start) {
  const status = document.createElement("p");
  status.className = "app-status";
  status.setAttribute("role", "status");
  form.append(status);
  const words = wordsFor(form.getAttributeNames());
  // The attribute: a field named "action" would hide the property. Now: a step back changes it.
  const url = form.getAttribute("action") || window.location.href;
  let sending = false;
  /** The button that was pressed last: it says what is meant. @type {HTMLElement | null} */
  let pressed = null;
  /** Ends the pause before the next try. */
  let hurry = () => {};
  const everyTap = form.hasAttribute("data-every-tap") && Boolean(crypto.randomUUID);
  const taps = waitingTaps();

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    pressed = event.submitter ?? pressed;
    if (sending && everyTap) {
      taps.add({ tapped: Date.now(), pressed: howLongPressed(event.submitter) ?? 0 });
      hurry();
      return;
    }
    tellHowLongPressed(form, event.submitter, sending);
    if (sending) {
      hurry();
      return;
    }
    sending = true;
    let tapped = Date.now();
    noteSending(form);
    let mistakes = 0;
    status.textContent = "";
    for (let tries = 1; ; tries++) {
      status.textContent ||= SENDING;
      tellHowLongAgo(form, tapped);
      const answer = await send(form, url, pressed, words === ON_THE_PAGE);
      if (answer === "too long") {
        status.textContent = TOO_LONG;
        status.scrollIntoView({ block: "nearest" });
        sending = false;
        return;
      }
      if (answer === "mistake" && isHopeless(++mistakes)) {
        status.textContent = words.stopped;
        sending = false;
        return;
      }
      const waiting = answer && answer !== "mistake" ? taps.next() : undefined;
      if (waiting) {
        writeTap(form, waiting);
        tapped = waiting.tapped;
        tries = mistakes = 0;
        continue;
      }
      if (answer && answer !== "mistake") {
        window.removeEventListener("beforeunload", askFirst);
        show(answer, start);
        return;
      }
      if (words === ON_THE_PAGE) window.addEventListener("beforeunload", askFirst);
      status.textContent = answer === "mistake" ? words.problem : words.waiting;
      if (tries === 1) status.scrollIntoView({ block: "nearest" });
      await new Promise((resolve) => {
        hurry = () => resolve(null);
        window.addEventListener("online", hurry, { once: true });
        setTimeout(hurry, pauseAfter(tries));
      });
    }
  });
  if (form.hasAttribute("data-unsent")) form.requestSubmit();
}

/**
 * Write into a form marked `data-says-when` how many seconds ago its button was tapped: a phone's
 * clock may be wrong, but not by how much it moved.
 * @param {HTMLFormElement} form
 * @param {number} tapped the moment, by the phone's clock
 */
function tellHowLongAgo(form, tapped) {
  if (!form.hasAttribute("data-says-when")) return;
  const ago = form.querySelector("[name=ago]");
  if (ago instanceof HTMLInputElement) ago.value = String((Date.now() - tapped) / 1000);
}

/**
 * @param {HTMLFormElement} form
 * @param {string} url where it goes
 * @param {HTMLElement | null} submitter the button that was pressed
 * @param {boolean} asksWhere whether the browser is to open any next page itself
 * @returns {Promise<Answer | "mistake" | "too long" | null>} null if no answer came
 */
async function send(form, url, submitter, asksWhere) {
  const body = new FormData(form);
  const pressed = submitter?.getAttribute("name");
  if (pressed) body.append(pressed, submitter?.getAttribute("value") ?? "");
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), ANSWER_WITHIN);
  try {
    const headers = { [ASKS_WHERE]: asksWhere ? ANY_PAGE : SIGN_IN };
    const response = await fetch(url, { method: "POST", body, headers, signal: limit.signal });
    const means = meaning(response.status);
    if (means !== "answer") return means === "none" ? null : means;
    const where = response.headers.get(WHERE);
    if (where !== null) return { url: new URL(where, window.location.href).href, html: null };
    // No page, but a few words, such as that it is too much: they would take the form's place.
    if (!response.headers.get("Content-Type")?.startsWith("text/html")) return "mistake";
    return { url: response.url, html: await response.text() };
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Have the browser ask before it leaves the page: it alone has what was typed.
 * @param {BeforeUnloadEvent} event
 */
function askFirst(event) {
  event.preventDefault();
}

/**
 * Put the answer in place of the document. Loading its address instead would show a page whose
 * messages were already spent on the first answer, and needs the signal once more.
 * @param {Answer} answer
 * @param {() => void} start
 */
function show({ url, html }, start) {
  if (html === null) {
    open(url);
    return;
  }
  const page = new DOMParser().parseFromString(html, "text/html");
  if (hasNewScripts(page)) {
    window.location.assign(url); // a new body would not start them
    return;
  }
  if (url === window.location.href) {
    history.replaceState(null, "", url);
  } else {
    history.pushState(null, "", url);
  }
  document.title = page.title;
  document.body.replaceWith(document.adoptNode(page.body));
  window.scrollTo(0, 0);
  start();
}

/**
 * After a step back to where another page was shown in this document, or in the one before it was
 * reloaded: the browser takes all these for one. Another part of the page needs no loading.
 */
function reloadElsewhere() {
  if (!isSamePage(window.location.href, shown)) window.location.reload();
}

/**
 * Open a page afresh, be it another part of this one.
 * @param {string} url
 */
function open(url) {
  if (!isSamePage(url, window.location.href)) {
    window.location.assign(url);
    return;
  }
  history.replaceState(null, "", url);
  window.location.reload();
}

/**
 * Whether a page loads scripts that this one has not: its own, or those of a newer release.
 * @param {Document} page
 * @returns {boolean}
 */
function hasNewScripts(page) {
  const sources = (/** @type {Document} */ of) =>
    [...of.querySelectorAll("script[src]")].map((script) => script.getAttribute("src"));
  const here = new Set(sources(document));
  return sources(page).some((source) => !here.has(source));
}
