/** When the silence of a server means that nobody can know whether the rows still hold. */

/** From a question to its answer, in milliseconds. */
const ANSWER_WITHIN = 2_000;
/** From one answer to the next: a poll of 10 seconds that was missed, and its answer's time. */
const NEXT_WITHIN = 12_500;

/**
 * @typedef {object} Connection
 * @property {boolean} online false only if the browser knows that it is not
 * @property {number | null} asked when the oldest question was sent that has no answer yet
 * @property {number} answered when the last answer came
 */

/**
 * @param {Connection} connection
 * @param {number} now
 * @returns {boolean}
 */
export function isLost({ online, asked, answered }, now) {
  const waiting = asked !== null && now - asked >= ANSWER_WITHIN;
  return !online || waiting || now - answered >= NEXT_WITHIN;
}
