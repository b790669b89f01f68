/**
 * Sends a form marked `data-keep-trying` again and again until the server takes it.
 *
 * The server takes the same submission twice as one (the number in it tells), so sending again is
 * safe even if only the answer was lost. A page with errors replaces the document. So does the next
 * page on a phone, which may have no signal a second later; on a desk the browser opens its address.
 * Browsers without fetch send the form as usual.
 */

import { noteSending } from "./draft.js";
import { all } from "./find.js";

/** @typedef {{waiting: string, problem: string, stopped: string}} Words What is said of a form. */

/** @type {Words} Of a form whose answers are kept on the device. */
const ON_THE_PHONE = {
  waiting:
    "No signal, or the service is busy. Nothing is lost: we keep what you entered on this phone and try again.",
  problem:
    "The service has a problem. Nothing is lost: we keep what you entered on this phone and try again.",
  stopped:
    "The service still has a problem, so this has not arrived. Nothing is lost: what you entered is kept on this phone. Send it again in a few minutes. If it is urgent, call your planner.",
};
const NOT_SEEN_YET =
  "No signal, or the service is busy. This has not arrived, so nobody sees it yet. Keep this page open: we try again. If it is urgent, call your planner.";
/** @type {Words} Of a lone button of a team, marked `data-one-tap`. */
const ONE_TAP = {
  waiting: NOT_SEEN_YET,
  problem: NOT_SEEN_YET,
  stopped:
    "The service still has a problem, so this has not arrived and nobody sees it. Press the button again in a few minutes. If it is urgent, call your planner.",
};
/** @type {Words} Of any other form. */
const ON_THE_PAGE = {
  waiting:
    "The service can’t be reached, or is busy. This is not saved yet. What you entered is still here: keep this page open, and we try again.",
  problem:
    "The service has a problem. This is not saved yet. What you entered is still here: keep this page open, and we try again.",
  stopped:
    "The service still has a problem, so this is not saved. What you entered is still here: keep this page open, and send it again in a few minutes.",
};
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
const FIRST_PAUSE = 2_000; // milliseconds, doubled after each try
const LONGEST_PAUSE = 60_000;
/** Too slow, too much, too busy or away: it passes, so the form is sent for as long as it takes. */
const PASSES = new Set([408, 429, 502, 503, 504]);
/** A mistake of the server may pass with what it depends on, so the form is sent a few times more. */
const MISTAKE = 500;
const TRIES_AFTER_A_MISTAKE = 5;

/** Path and query of the page that is shown. */
let shown = "";

/** @param {() => void} start Brings a document to life after it was replaced. */
export function keepTrying(start) {
  if (!window.fetch || !window.AbortController) return;
  shown = pathAndQuery(window.location);
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
  const words = form.hasAttribute("data-draft")
    ? ON_THE_PHONE
    : form.hasAttribute("data-one-tap")
      ? ONE_TAP
      : ON_THE_PAGE;
  // The attribute: a field named "action" would hide the property. Now: a step back changes it.
  const url = form.getAttribute("action") || window.location.href;
  let sending = false;
  /** The button that was pressed last: it says what is meant. @type {HTMLElement | null} */
  let pressed = null;
  /** Ends the pause before the next try. */
  let hurry = () => {};

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    pressed = event.submitter ?? pressed;
    if (sending) {
      hurry();
      return;
    }
    sending = true;
    noteSending(form);
    let mistakes = 0;
    status.textContent = "";
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      status.textContent ||= SENDING;
      const answer = await send(form, url, pressed, words === ON_THE_PAGE);
      if (answer === MISTAKE && ++mistakes > TRIES_AFTER_A_MISTAKE) {
        status.textContent = words.stopped;
        sending = false;
        return;
      }
      if (answer && answer !== MISTAKE) {
        show(answer, start);
        return;
      }
      status.textContent = answer === MISTAKE ? words.problem : words.waiting;
      if (pause === FIRST_PAUSE) status.scrollIntoView({ block: "nearest" });
      await new Promise((resolve) => {
        hurry = () => resolve(null);
        window.addEventListener("online", hurry, { once: true });
        setTimeout(hurry, pause);
      });
    }
  });
  if (form.hasAttribute("data-unsent")) form.requestSubmit();
}

/**
 * @param {HTMLFormElement} form
 * @param {string} url where it goes
 * @param {HTMLElement | null} submitter the button that was pressed
 * @param {boolean} asksWhere whether the browser is to open any next page itself
 * @returns {Promise<{url: string, html: string | null} | typeof MISTAKE | null>} null if no answer
 *   came; without html where there is but the address
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
    if (PASSES.has(response.status)) return null;
    if (response.status === MISTAKE) return MISTAKE;
    const where = response.headers.get(WHERE);
    if (where !== null) return { url: new URL(where, window.location.href).href, html: null };
    return { url: response.url, html: await response.text() };
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Put the answer in place of the document. Loading its address instead would show a page whose
 * messages were already spent on the first answer, and needs the signal once more.
 * @param {{url: string, html: string | null}} answer
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
  if (pathAndQuery(window.location) !== shown) window.location.reload();
}

/** @param {Location | URL} of */
function pathAndQuery(of) {
  return of.pathname + of.search;
}

/**
 * Open a page afresh, be it another part of this one.
 * @param {string} url
 */
function open(url) {
  if (pathAndQuery(new URL(url)) !== pathAndQuery(window.location)) {
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
