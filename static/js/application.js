/** Starts the behaviour of a page: the design system's components in use, then our own modules. */

import {
  Button,
  Checkboxes,
  createAll,
  ErrorSummary,
  NotificationBanner,
  Radios,
  SkipLink,
} from "govuk-frontend";
import { watchAlarms } from "./alarms.js";
import { watchBoard } from "./board.js";
import { askToCheckIn } from "./check-in.js";
import { forgetDrafts, keepDrafts, makeClientUuids, showKept } from "./draft.js";
import { showDrawSize } from "./draw-size.js";
import { tellPasskeyProblems } from "./passkey.js";
import { watchPresses } from "./pressed.js";
import { searchAsTyped } from "./search.js";
import { soundAlarms } from "./sound.js";
import { keepTrying } from "./submit.js";

/**
 * Radios that reveal questions, without `aria-expanded`: ARIA does not allow it on a radio, and the
 * revealed questions follow right after it anyway.
 */
class RevealingRadios extends Radios {
  /** @param {HTMLInputElement} input */
  syncConditionalRevealWithInputState(input) {
    super.syncConditionalRevealWithInputState(input);
    input.removeAttribute("aria-expanded");
  }
}

const COMPONENTS = [
  Button,
  Checkboxes,
  ErrorSummary,
  NotificationBanner,
  RevealingRadios,
  SkipLink,
];

/** Bring the current document to life; called again when submit.js has put in a new page. */
function start() {
  document.body.classList.add("js-enabled", "govuk-frontend-supported");
  forgetDrafts();
  makeClientUuids(); // before the drafts, which bring back theirs
  keepDrafts(); // before Radios, which show what applies to the restored answers
  for (const component of COMPONENTS) createAll(component);
  searchAsTyped();
  showDrawSize();
  watchPresses();
  keepTrying(start);
  showKept();
  askToCheckIn();
}

start();
watchBoard();
soundAlarms();
watchAlarms();
tellPasskeyProblems();
