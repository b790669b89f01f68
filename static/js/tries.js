/** What the status of an answer means for a form, and how often and how soon it is sent again. */

/** Too slow, too much, too busy or away: it passes, so the form is sent for as long as it takes. */
const PASSES = new Set([408, 429, 502, 503, 504]);
/** A mistake of the server may pass with what it depends on, so the form is sent a few times more. */
const MISTAKE = 500;
const TRIES_AFTER_A_MISTAKE = 5;
/** Longer than the server takes: the same again would be refused again. */
const TOO_LONG = 413;
const FIRST_PAUSE = 2_000; // milliseconds, doubled after each try
const LONGEST_PAUSE = 60_000;

/**
 * @param {number} status of an answer
 * @returns {"none" | "mistake" | "too long" | "answer"} "none" where it is as good as none
 */
export function meaning(status) {
  if (PASSES.has(status)) return "none";
  if (status === TOO_LONG) return "too long";
  return status === MISTAKE ? "mistake" : "answer";
}

/**
 * @param {number} mistakes how many the server made with this form
 * @returns {boolean}
 */
export function isHopeless(mistakes) {
  return mistakes > TRIES_AFTER_A_MISTAKE;
}

/**
 * @param {number} tries how many there were
 * @returns {number} milliseconds until the next one
 */
export function pauseAfter(tries) {
  return Math.min(FIRST_PAUSE * 2 ** (tries - 1), LONGEST_PAUSE);
}
