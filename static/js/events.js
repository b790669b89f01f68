/**
 * Listens to a stream that says that something changed, and never what (config/stream.py).
 *
 * The browser connects again by itself where a stream breaks, but not where a proxy answered in the
 * server's place, and it waits for ever on a connection that died without a word. Both are mended
 * here. Whoever listens asks for news by itself while the stream does not live.
 */

import { isSilent, pauseBefore } from "./silence.js";

const LOOK_EVERY = 1_000; // milliseconds

/**
 * @param {string} address
 * @param {{ changed: () => void, alive: () => void }} tell what to do at each word
 */
export function listen(address, tell) {
  /** @type {EventSource | null} */
  let stream = null;
  let heard = Date.now();
  let tries = 0;
  let again = 0;

  const begin = () => {
    again = 0;
    heard = Date.now();
    stream = new EventSource(address);
    stream.addEventListener("alive", () => {
      heard = Date.now();
      tries = 0;
      tell.alive();
    });
    stream.addEventListener("changed", () => {
      heard = Date.now();
      tell.alive();
      tell.changed();
    });
  };
  const look = () => {
    const now = Date.now();
    if (again) {
      if (now >= again && navigator.onLine) begin();
    } else if (stream?.readyState === EventSource.CLOSED || isSilent(heard, now)) {
      stream?.close();
      again = now + pauseBefore(++tries, Math.random());
    }
  };
  if (!window.EventSource) return;
  begin();
  setInterval(look, LOOK_EVERY);
  addEventListener("offline", () => {
    stream?.close();
    again = Date.now();
  });
  // What a page that is left still holds open would count among the few that a browser opens.
  addEventListener("pagehide", () => stream?.close());
  addEventListener("pageshow", (event) => {
    if (event.persisted) begin();
  });
}
