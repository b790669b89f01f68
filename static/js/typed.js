/**
 * What the server takes from a box of search: it tells it with its answer, so both must agree.
 * @param {string} value
 */
export function typedText(value) {
  return value.split(/\s+/).filter(Boolean).join(" ");
}
