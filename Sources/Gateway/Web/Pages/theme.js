// A classic script, so that it runs before the first paint: a page that is dark from the start does not flash.
(() => {
  "use strict";
  try {
    const theme = localStorage.getItem("negawatt.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // No storage: the system's colours it is.
  }
})();
