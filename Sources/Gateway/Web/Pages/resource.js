import { get } from "./api.js";

/** How long at most rows stay as they are because someone is among them. */
const heldMs = 60_000;

/** Whether the pointer or the focus is among rows: they must not move away under it, and another customer's come in their place. */
export const isHeld = () => document.querySelector("main tbody:hover, main tbody:focus-within") !== null;

/** What a path answers, kept while it is asked again, so that a table does not vanish for a moment. */
export class Resource {
  data;
  error;
  isLoading = false;
  loadedAt = 0;
  path;
  #page;
  #running;

  constructor(page) {
    this.#page = page;
    page.signal.addEventListener("abort", () => this.#running?.abort());
  }

  /** Asks when the path is another one than before. */
  load(path) {
    if (path === this.path) {
      // A gateway that was away is asked again by itself.
      if (this.error && (this.error.status === 0 || this.error.status >= 500)) this.refreshAfter(5000);
      return;
    }
    if (path === undefined || this.path?.split("?")[0] !== path.split("?")[0]) this.data = undefined;
    this.path = path;
    if (path !== undefined) this.refresh();
  }

  async refresh() {
    if (this.path === undefined) return;
    this.#running?.abort();
    const running = this.#running = new AbortController();
    this.isLoading = true;
    this.loadedAt = Date.now();
    try {
      const data = await get(this.path, { signal: running.signal });
      if (running.signal.aborted) return;
      this.data = data;
      this.error = undefined;
    } catch (error) {
      if (running.signal.aborted) return;
      this.error = error;
    }
    this.isLoading = false;
    this.#page.render();
  }

  /** Asks again when the last time is so long ago and nothing is under way. A paused page does not. */
  refreshAfter(ms) {
    if (this.#page.live?.paused || (isHeld() && Date.now() - this.loadedAt < heldMs)) return;
    if (!this.isLoading && Date.now() - this.loadedAt >= ms) this.refresh();
  }

  rows(name) { return this.data?._embedded?.[name] ?? []; }
}
