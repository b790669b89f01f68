/** Finds elements of one kind, so that what is done with them is checked by their type. */

/**
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} kind what is not of this kind is left out
 * @returns {T[]}
 */
export function all(selector, kind) {
  const found = [];
  for (const element of document.querySelectorAll(selector)) {
    if (element instanceof kind) found.push(element);
  }
  return found;
}

/**
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} kind
 * @returns {T | null} the first one, if there is any
 */
export function first(selector, kind) {
  return all(selector, kind)[0] ?? null;
}
