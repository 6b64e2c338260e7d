// How the page looks: its language, its colours, and whether it hangs on a wall.

import { change, parameters } from "./router.js";
import { language, setLanguage } from "./texts.js";

let changed = () => {};

export function onAppearance(call) { changed = call; }

export function switchLanguage() {
  setLanguage(language() === "ko" ? "en" : "ko");
  changed();
}

export function switchWall() {
  change({ wall: parameters().wall ? "" : "1" });
}

const themes = ["auto", "light", "dark"];
export const themeName = () => document.documentElement.dataset.theme ?? "auto";

export function switchTheme() {
  const next = themes[(themes.indexOf(themeName()) + 1) % themes.length];
  if (next === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  try {
    if (next === "auto") localStorage.removeItem("negawatt.theme");
    else localStorage.setItem("negawatt.theme", next);
  } catch {
    // It holds until the page is left.
  }
  changed();
}
