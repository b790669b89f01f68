/**
 * Keeps the open alarms on every page of those concerned: asks for them now and every few seconds.
 *
 * Silence never means that nothing is wrong, so what was shown stays until an answer says otherwise.
 */

import { first } from "./find.js";

const ASK_EVERY = 10_000; // milliseconds
/** @type {RequestRedirect} */
const MANUAL = "manual";

/** Watch for alarms, where this page belongs to somebody whom they may concern. */
export function watchAlarms() {
  const ask = async () => {
    const place = first("[data-alarms]", HTMLElement); // a page put in by a script has another one
    const address = place?.getAttribute("data-alarms");
    if (!place || !address || document.visibilityState === "hidden" || !navigator.onLine) return;
    try {
      // Not followed to the page of signing in, which would say there, to nobody, why it is over.
      const asked = { headers: { "X-By-Itself": "1" }, redirect: MANUAL };
      const response = await fetch(address, asked);
      if (response.status !== 200) return;
      const told = (await response.text()).trim();
      if (told !== place.innerHTML.trim()) place.innerHTML = told;
    } catch {
      // No network: asked again shortly.
    }
  };
  ask();
  setInterval(ask, ASK_EVERY);
  document.addEventListener("visibilitychange", ask);
}
