import { all } from "./find.js";

/**
 * Tells a person that a passkey was not used or made: they stopped, or the browser can't. The
 * ceremony itself is allauth's script, on the pages that have one.
 */
export function tellPasskeyProblems() {
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault(); // not to the console as well
    for (const problem of all("[data-passkey-problem]", HTMLElement)) {
      problem.hidden = false;
    }
  });
}
