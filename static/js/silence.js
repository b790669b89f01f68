/** When the silence of a server means that nobody can know whether what is shown still holds. */

/** From a question to its answer, in milliseconds. */
const ANSWER_WITHIN = 2_000;
/** From one word of the server, an answer or a stream's sign of life, to the next. */
const HEARD_WITHIN = 10_000;
/** From one sign of life of a stream to the next: every 3 seconds, and one may be late. */
const STREAM_WITHIN = 7_000;
/** From one question to the next while no stream tells of changes. */
const ASK_EVERY = 5_000;
/** Until a stream is tried again: the first time, and at most. Drawn, so that not all come at once. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;

/**
 * @typedef {object} Connection
 * @property {boolean} online false only if the browser knows that it is not
 * @property {number | null} asked when the oldest question was sent that has no answer yet
 * @property {number} answered when the last answer came; 0 where what is shown is older than that
 * @property {number} heard when the server was last heard at all
 */

/**
 * @param {Connection} connection
 * @param {number} now
 * @returns {boolean}
 */
export function isLost({ online, asked, answered, heard }, now) {
  const waiting = asked !== null && now - asked >= ANSWER_WITHIN;
  return !online || waiting || answered === 0 || now - Math.max(answered, heard) >= HEARD_WITHIN;
}

/**
 * @param {number} heard when the stream was last heard
 * @param {number} now
 */
export function isSilent(heard, now) {
  return now - heard >= STREAM_WITHIN;
}

/**
 * Whether it is time to ask, since no stream would tell of a change.
 * @param {number} heard when the stream was last heard
 * @param {number} asked when the last question was sent
 * @param {number} now
 */
export function isTimeToAsk(heard, asked, now) {
  return isSilent(heard, now) && now - asked >= ASK_EVERY;
}

/**
 * How long to wait before a stream is tried again, in milliseconds.
 * @param {number} tries how often it was already
 * @param {number} drawn from 0 to 1
 */
export function pauseBefore(tries, drawn) {
  const longest = Math.min(FIRST_PAUSE * 2 ** tries, LONGEST_PAUSE);
  return longest / 2 + (longest / 2) * drawn;
}
