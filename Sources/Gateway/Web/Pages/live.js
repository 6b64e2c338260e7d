// The live stream: one a browser. Browsers open six connections a host on HTTP/1.1, so of all tabs one reads /live and
// tells the others. Which one it is, a lock decides: it is free again as soon as its tab is closed or dies.

import { get, refusalOf, request, serverNow, sleep } from "./api.js";
import { apply, emptyModel } from "./model.js";
import { readEvents } from "./stream.js";

/** The server says something every 15 s: after that and a little the stream is late, and then dead. */
export const lateMs = 20_000;
const deadMs = 40_000;
const pollMs = 5000;

export class Live {
  model = emptyModel();
  /** What is shown: the model, or the one of when the page was paused. */
  shown = this.model;
  paused = false;
  heardAt = Date.now();
  /** When the tab that reads the stream was heard last, also while its connection is down. */
  #leaderAt = Date.now();
  /** {state: connecting|live|waiting|polling|forbidden, until, reason} */
  status = { state: "connecting" };
  #changed;
  #lastId;
  #channel;
  #isLeader = false;

  constructor(changed) { this.#changed = changed; }

  /** `principal` tells tabs apart that are someone else's: a token is a tab's own. */
  start(principal) {
    const name = `negawatt live ${principal}`;
    if (!navigator.locks || !globalThis.BroadcastChannel) {
      // Without TLS there are no locks: a stream a tab.
      this.#isLeader = true;
      this.#lead(new AbortController().signal);
      return;
    }
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }) => this.#hear(data);
    this.#channel.postMessage({ kind: "hello" });
    this.#stand(name);
  }

  pause(on) {
    this.paused = on;
    if (!on) this.shown = this.model;
    this.#changed();
  }

  get isLate() { return Date.now() - this.heardAt > lateMs; }
  get changesWaiting() { return this.model.changes - this.shown.changes; }

  async #stand(name) {
    for (let steal = false; ;) {
      const lost = new AbortController();
      // A leader that is not heard any more is frozen or broken: the next one takes its lock away.
      const watch = setInterval(() => {
        if (!this.#isLeader && Date.now() - this.#leaderAt > deadMs + 5000) lost.abort();
      }, 5000);
      try {
        await navigator.locks.request(name, steal ? { steal: true } : { signal: lost.signal }, async () => {
          this.#isLeader = true;
          this.#leadership = new AbortController();
          await this.#lead(this.#leadership.signal);
        });
        steal = false;
      } catch {
        steal = !this.#isLeader;
        // Someone has taken our lock.
        this.#leadership?.abort();
        this.#leaderAt = Date.now();
      } finally {
        clearInterval(watch);
        this.#isLeader = false;
      }
    }
  }
  #leadership;

  #hear(message) {
    if (message.kind === "hello") {
      if (this.#isLeader) this.#tell({ kind: "state", model: this.model, status: this.status, heardAt: this.heardAt, lastId: this.#lastId });
      return;
    }
    if (this.#isLeader) return;
    this.#leaderAt = Date.now();
    if (message.kind !== "status") this.heardAt = message.heardAt ?? Date.now();
    if (message.kind === "state") this.#set(message.model);
    else if (message.kind === "event") this.#set(apply(this.model, message.event));
    if (message.status) this.status = message.status;
    if (message.lastId !== undefined) this.#lastId = message.lastId;
    this.#changed();
  }

  #tell(message) { this.#channel?.postMessage(message); }

  #set(model) {
    this.model = model;
    if (!this.paused) this.shown = model;
  }

  #say(status) {
    this.status = status;
    this.#tell({ kind: "status", status });
    this.#changed();
  }

  #take(event) {
    this.heardAt = Date.now();
    this.#set(apply(this.model, event));
    this.#tell({ kind: "event", event, lastId: this.#lastId });
    this.#changed();
  }

  #beat() {
    this.heardAt = Date.now();
    this.#tell({ kind: "beat" });
  }

  async #lead(signal) {
    for (let attempt = 0; !signal.aborted;) {
      this.#say({ state: "connecting" });
      let reason = "closed";
      let retryMs = 0;
      let toldMs;
      const connection = new AbortController();
      const end = () => connection.abort();
      signal.addEventListener("abort", end);
      const startedAt = Date.now();
      const watch = setInterval(() => { if (Date.now() - Math.max(startedAt, this.heardAt) > deadMs) end(); }, 2000);
      try {
        const headers = { Accept: "text/event-stream" };
        if (this.#lastId !== undefined) headers["Last-Event-ID"] = this.#lastId;
        const response = await request("live", { headers, signal: connection.signal });
        if ([404, 405, 501].includes(response.status)) return await this.#poll(signal);
        if (!response.ok) {
          const refusal = await refusalOf(response);
          if (refusal.status === 403) {
            this.#say({ state: "forbidden", reason: refusal.message });
            await sleep(60_000, signal);
            continue;
          }
          // A gateway that makes its view says when to come again, and has it soon.
          toldMs = refusal.retryAfter && refusal.retryAfter * 1000;
          throw refusal;
        }
        this.#say({ state: "live" });
        await readEvents(response.body, ({ type, data, id, retry }) => {
          // A stream that breaks again and again just after its beginning is tried less and less often.
          if (Date.now() - startedAt > 10_000) attempt = 0;
          if (retry !== undefined) retryMs = retry;
          if (id !== undefined) this.#lastId = id;
          this.#take({ type, data: JSON.parse(data), at: serverNow() });
        }, () => this.#beat());
      } catch (error) {
        reason = connection.signal.aborted ? "silent" : error.message;
      } finally {
        clearInterval(watch);
        signal.removeEventListener("abort", end);
        end();
      }
      if (signal.aborted) return;
      const delay = toldMs ? toldMs * (1 + Math.random()) : Math.max(retryMs, Math.min(30_000, 500 * 2 ** attempt) * (0.5 + Math.random()));
      if (!toldMs) attempt += 1;
      this.#say({ state: "waiting", until: Date.now() + delay, reason });
      await soon(delay, signal);
    }
  }

  /** A gateway without a live stream: the same by asking. */
  async #poll(signal) {
    while (!signal.aborted) {
      try {
        const [page, health] = await Promise.all([get("drs?sort=startsAt,desc&size=20"), get("health")]);
        this.model = { ...this.model, asOf: undefined };
        this.#take({ type: "snapshot", data: { drs: page._embedded?.drs ?? [], health }, at: serverNow() });
        this.#say({ state: "polling" });
      } catch (error) {
        this.#say({ state: "waiting", until: Date.now() + pollMs, reason: error.message });
      }
      await sleep(pollMs, signal);
    }
  }
}

/** Waits, but no longer than until the network is back. */
async function soon(ms, signal) {
  const woken = new AbortController();
  const wake = () => woken.abort();
  addEventListener("online", wake);
  signal.addEventListener("abort", wake);
  await sleep(ms, woken.signal);
  removeEventListener("online", wake);
  signal.removeEventListener("abort", wake);
}
