// Many dead letters replayed: a few requests in flight, as fast as the gateway takes them, up to the first one that it
// refuses.

import { get, newKey, segment, send, sleep, withQuery } from "./api.js";

const inFlight = 4;
const pageSize = 1000;
/** How often in a row a dead letter is sent again before the reason for it stops the replay. */
const attempts = 6;
/** What may be over soon: asked too often, Kafka away, the gateway away. */
const isPassing = (status) => [0, 429, 500, 502, 503, 504].includes(status);

/** The ids of all dead letters that match, as they are now; `progress` is told how many of how many are read. */
export async function collect({ context, kind }, progress, signal) {
  const ids = new Set();
  for (let number = 0, pages = 1; number < pages; number += 1) {
    const list = await get(withQuery("deadletters", { context, kind, page: number || "", size: pageSize }), { signal });
    for (const { id } of list._embedded?.deadletters ?? []) ids.add(id);
    pages = list.page?.totalPages ?? 0;
    progress(ids.size, list.page?.totalElements);
  }
  return ids;
}

/**
 * Replays dead letters and calls `settled(id)` for each that Kafka has. Fulfilled with the first refusal, {id, error}, or with undefined.
 * A dead letter is handled again once however often that is asked for, so one whose outcome is not known may be sent again.
 */
export async function replayAll(ids, settled, signal, post = postReplay) {
  const waiting = [...ids];
  let next = 0;
  let goOnAt = 0;
  let refusal;

  async function one(id) {
    const key = newKey();
    for (let attempt = 1; ; attempt += 1) {
      // When one is asked to wait, all wait.
      while (goOnAt > Date.now() && !signal.aborted) await sleep(goOnAt - Date.now(), signal);
      if (signal.aborted || refusal) return;
      try {
        await post(id, key);
        return settled(id);
      } catch (error) {
        if (!isPassing(error.status) || attempt === attempts) {
          refusal ??= { id, error };
          return;
        }
        goOnAt = Math.max(goOnAt, Date.now() + 1000 * (error.retryAfter ?? Math.min(8, 2 ** (attempt - 1))));
      }
    }
  }

  async function work() {
    while (next < waiting.length && !signal.aborted && !refusal) {
      next += 1;
      await one(waiting[next - 1]);
    }
  }

  await Promise.all(Array.from({ length: inFlight }, work));
  return refusal;
}

/** What comes of each shows where it shows for all: in the audit, and as the dead letters that are left. One that is refused again stops none. */
const postReplay = (id, key) => send("POST", `deadletters/${segment(id)}/replay`, undefined, { key, isAsync: true });
