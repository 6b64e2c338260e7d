// Keys that do what a button does, where the reader wants them.

import { showHelp } from "./dialog.js";
import { t } from "./texts.js";

const shortcutSwitch = "negawatt.shortcuts";
let hasShortcuts = true;
try {
  hasShortcuts = localStorage.getItem(shortcutSwitch) !== "off";
} catch {
  // They are on.
}

function setShortcuts(on) {
  hasShortcuts = on;
  try {
    localStorage.setItem(shortcutSwitch, on ? "on" : "off");
  } catch {
    // It holds until the page is left.
  }
}

/** [key, the text that says what it does, the function], as the page has them at the moment. */
let known = () => [];

/** From here on the page listens; `all` says which keys there are, none where nobody is to have any. */
export function listen(all) {
  known = () => {
    const keys = all();
    return keys.length > 0 ? [...keys, ["?", t("help.title"), help]] : [];
  };
  addEventListener("keydown", pressed);
}

/** Lists them, and has them switched off. */
export function help() {
  showHelp(known().map(([key, label]) => [key, label]), { isOn: hasShortcuts, setOn: setShortcuts });
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest?.("input, select, textarea, dialog") || document.querySelector("dialog[open]")) return;
  const found = known().find(([key]) => key === event.key);
  if (!found || (!hasShortcuts && event.key !== "?")) return;
  event.preventDefault();
  found[2]();
}
