/**
 * Sounds an open alarm on the board until somebody deals with it.
 *
 * A browser lets a page sound only after a click or a key, so the board asks for one, and says so
 * while it can't be heard. Whether sound is wanted is remembered on this device.
 */

import { first } from "./find.js";

const KEY = "board-sound";
const SOUND_EVERY = 2_000; // milliseconds
const WORDS = {
  off: "Sound is off. You would not hear an alarm.",
  waits: "Sound is off until you click here or press a key.",
  on: "Sound is on. An alarm sounds until somebody deals with it.",
};

/** Watch for alarms that nobody deals with, where this page is the board. */
export function soundAlarms() {
  const part = first("[data-sound]", HTMLElement);
  const button = part?.querySelector("button");
  const words = part?.querySelector("[role=status]");
  if (!part || !button || !words || !window.AudioContext) return;
  /** @type {AudioContext | null} */
  let audio = null;
  let wanted = remembered();

  const isOn = () => wanted && audio?.state === "running";
  const show = () => {
    const told = !wanted ? WORDS.off : isOn() ? WORDS.on : WORDS.waits;
    if (words.textContent !== told) words.textContent = told;
    button.textContent = isOn() ? "Turn sound off" : "Turn sound on";
    part.classList.toggle("app-sound--off", !isOn());
  };
  const make = () => {
    audio = new AudioContext();
    audio.onstatechange = show;
    return audio;
  };
  const begin = async () => {
    await (audio ?? make()).resume();
    show();
  };
  const look = () => {
    if (isOn() && audio && document.querySelector("[data-untaken]")) beep(audio);
  };

  button.addEventListener("click", async (event) => {
    event.stopPropagation(); // of the page, which only begins what is wanted
    wanted = !isOn();
    remember(wanted);
    if (wanted) {
      await begin();
      look();
    } else show();
  });
  const anyGesture = () => {
    if (wanted && !isOn()) begin();
  };
  document.addEventListener("click", anyGesture);
  document.addEventListener("keydown", anyGesture);
  part.hidden = false;
  if (wanted) make(); // it runs at once where the browser was told to allow it
  show();
  setInterval(look, SOUND_EVERY);
}

/**
 * Two short tones, the second one higher.
 * @param {AudioContext} audio
 */
function beep(audio) {
  const tones = [
    { after: 0, pitch: 740 },
    { after: 0.25, pitch: 988 },
  ];
  for (const { after, pitch } of tones) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const begins = audio.currentTime + after;
    tone.type = "square";
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.2, begins);
    volume.gain.setValueAtTime(0, begins + 0.2);
    tone.connect(volume).connect(audio.destination);
    tone.start(begins);
    tone.stop(begins + 0.2);
  }
}

function remembered() {
  try {
    return localStorage.getItem(KEY) === "on";
  } catch {
    return false;
  }
}

/** @param {boolean} wanted */
function remember(wanted) {
  try {
    localStorage.setItem(KEY, wanted ? "on" : "off");
  } catch {
    // A browser that keeps nothing: asked again next time.
  }
}
