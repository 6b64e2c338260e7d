// What a screen reader is told: outcomes and states, never numbers that move.

const place = document.getElementById("announcer");
let timer;

export function announce(text) {
  clearTimeout(timer);
  place.textContent = "";
  // An emptied place and a later text are two changes, so that the same text is read again.
  timer = setTimeout(() => { place.textContent = text; }, 100);
}
