/**
 * Taps of a button marked `data-every-tap` that came while an earlier one was still being sent.
 *
 * Each is a message of its own, with its own number and moment, so the latest counts although the
 * first got no answer. The newest goes first: with little signal it is the one that matters.
 */

/**
 * @typedef {object} Tap
 * @property {number} tapped the moment, by the phone's clock
 * @property {number} pressed for how many seconds
 */

/** @returns {{add: (tap: Tap) => void, next: () => Tap | undefined}} */
export function waitingTaps() {
  /** @type {Tap[]} */
  const taps = [];
  return { add: (tap) => taps.push(tap), next: () => taps.pop() };
}

/**
 * Write a tap that waited into its form, as another message than the one before.
 * @param {HTMLFormElement} form
 * @param {Tap} tap
 */
export function writeTap(form, { pressed }) {
  const written = { submission: crypto.randomUUID(), pressed: String(pressed) };
  for (const [name, value] of Object.entries(written)) {
    const field = form.querySelector(`input[name=${name}]`);
    if (field instanceof HTMLInputElement) field.value = value;
  }
}
