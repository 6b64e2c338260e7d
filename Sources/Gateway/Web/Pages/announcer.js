// What a screen reader is told: outcomes and states, never numbers that move.

const place = document.getElementById("announcer");
let timer;

/** Texts and elements, one behind the other. */
export function announce(...said) {
  clearTimeout(timer);
  place.replaceChildren();
  // An emptied place and a later text are two changes, so that the same text is read again.
  timer = setTimeout(() => { place.replaceChildren(...said); }, 100);
}
