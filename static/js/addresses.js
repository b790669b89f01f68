/** Whether two addresses are the same page. */

/**
 * @param {string} one
 * @param {string} other
 * @returns {boolean} true for two parts of a page too
 */
export function isSamePage(one, other) {
  return withoutPart(one) === withoutPart(other);
}

/** @param {string} address */
function withoutPart(address) {
  const { origin, pathname, search } = new URL(address);
  return origin + pathname + search;
}
