/** Under which names a device keeps things, and when it may forget them. Touches no storage. */

/** The field with the number that a message carries. */
const NUMBER = "submission";

/** Of what was entered. @param {string | null} form its name, with the person's key in it */
export const draftKey = (form) => `draft:${form}`;

/** Of the address to which a form was sent that has no answer yet. @param {string | null} form */
export const sendingKey = (form) => `sending:${form}`;

/**
 * @param {string[]} keys all that the device has
 * @param {string | null} about the keys of a visit and of a person: "12-5"
 * @returns {string | undefined} the one under which something about them waits for its answer
 */
export function waitingKey(keys, about) {
  // After the name of the form the visit, the person and perhaps a number: 2-5 is not in 12-5.
  const wanted = new RegExp(`^${sendingKey("[a-z-]+")}-${about}(-|$)`);
  return keys.find((key) => wanted.test(key));
}

/**
 * Whether a draft has arrived, as far as its device can tell.
 * @param {string | null} arrived the number of the message that arrived, where the page tells it
 * @param {string | null} sentTo the address to which this draft was sent and has no answer from
 * @param {import("./fields.js").Draft | null} draft
 * @returns {boolean} false where what waits has another number: it is another message
 */
export function isDone(arrived, sentTo, draft) {
  return arrived === null || !sentTo || draft?.[NUMBER]?.[0] === arrived;
}
