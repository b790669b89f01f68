/** What is said of a form that is being sent. */

/**
 * @typedef {object} Words
 * @property {string} waiting after no answer
 * @property {string} problem after a mistake of the server
 * @property {string} stopped after the last try
 */

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
const CALL_FIRST =
  "No signal for data, so nobody has been told yet. Call the number below now. Keep this page open: we go on telling the control room.";
/** @type {Words} Of the button for a real concern, marked `data-call-now`. */
const CALL_NOW = {
  waiting: CALL_FIRST,
  problem: CALL_FIRST,
  stopped:
    "The service has a problem, so nobody has been told. Call the number below now, then press the button again.",
};
/** @type {Words} Of any other form. */
export const ON_THE_PAGE = {
  waiting:
    "The service can’t be reached, or is busy. This is not saved yet. What you entered is still here: keep this page open, and we try again.",
  problem:
    "The service has a problem. This is not saved yet. What you entered is still here: keep this page open, and we try again.",
  stopped:
    "The service still has a problem, so this is not saved. What you entered is still here: keep this page open, and send it again in a few minutes.",
};

/** Of any form that is longer than the server takes. */
export const TOO_LONG =
  "This is too long to be sent, so it is not saved. What you entered is still here: shorten it, then send it again.";

/**
 * @param {string[]} marks the names of the form's attributes
 * @returns {Words}
 */
export function wordsFor(marks) {
  if (marks.includes("data-draft")) return ON_THE_PHONE;
  if (marks.includes("data-call-now")) return CALL_NOW;
  return marks.includes("data-one-tap") ? ONE_TAP : ON_THE_PAGE;
}
