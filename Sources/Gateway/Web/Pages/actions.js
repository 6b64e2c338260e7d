// Commands: sent once, followed until they are done or refused, and their outcome shown where they were given.

import { get, newKey, pathOf, Refusal, send, sleep } from "./api.js";
import { announce } from "./announcer.js";
import { duration } from "./format.js";
import { h } from "./dom.js";
import { given, kindChip, reasonOf } from "./failure.js";
import { t } from "./texts.js";

/** What became of the command with a name: {phase: sending|pending|done|refused|unknown, …}. */
const outcomes = new Map();
let changed = () => {};

export function onOutcome(call) { changed = call; }

export const outcomeOf = (name) => outcomes.get(name);
export const isBusy = (name) => ["sending", "pending"].includes(outcomes.get(name)?.phase);

function note(name, outcome) {
  outcomes.set(name, { ...outcomes.get(name), ...outcome });
  changed();
}

export function dismiss(name) {
  outcomes.delete(name);
  changed();
}

/** How long a command is followed; its context may be down for long, and the command is not lost by that. */
const patienceMs = 15 * 60_000;

/**
 * Gives the command and says how it ended: "done", "refused" or "unknown". `label` is what a screen
 * reader is told; `onPending` is called when the outcome takes longer than the gateway waits.
 */
export async function command(name, label, method, path, body, { tag, onPending } = {}) {
  if (isBusy(name)) return "unknown";
  const key = newKey();
  const settled = (phase, ...rest) => settle(name, label, phase, ...rest);
  outcomes.delete(name);
  note(name, { phase: "sending", label, since: Date.now() });
  let answer;
  let wasLost = false;
  for (let attempt = 0; answer === undefined; attempt += 1) {
    try {
      answer = await send(method, path, body, { key, tag });
    } catch (error) {
      // The same key: if the first one arrived, its answer comes back, and nothing is done twice.
      const isLost = isUnclear(error.status, wasLost);
      wasLost ||= isLost;
      const isTooOften = error.status === 429 && (error.retryAfter ?? 1) <= 15;
      if (isTooOften && attempt < 4) await sleep(1000 * (error.retryAfter ?? 1));
      else if (isLost && attempt < 4) await sleep(1000 * 2 ** attempt);
      else return settled(isLost ? "unknown" : "refused", error);
    }
  }
  if (answer.status !== 202) return settled("done", undefined, answer.data);
  const location = answer.location ?? (answer.data?.id && `commands/${encodeURIComponent(answer.data.id)}`);
  if (!location) return settled("unknown");
  note(name, { phase: "pending", id: answer.data?.id });
  onPending?.();
  return follow(pathOf(location), settled);
}

/** Whether a command may have been carried out for all that was answered. 503 says that it was not. */
function isUnclear(status, wasLost) {
  // While the first one runs, another one with its key is a conflict.
  return [0, 500, 502, 504].includes(status) || (status === 409 && wasLost);
}

async function follow(path, settled) {
  const until = Date.now() + patienceMs;
  let pauseMs = 500;
  while (Date.now() < until) {
    await sleep(pauseMs);
    pauseMs = Math.min(pauseMs * 1.5, 5000);
    try {
      const { state, kind, reason, result, type, _links } = await get(path);
      if (state === "refused") return settled("refused", { message: reason ?? type, kind });
      if (state === "done") return settled("done", undefined, result, _links?.result?.href);
    } catch (error) {
      if (error instanceof Refusal && error.status !== 0 && error.status < 500) {
        return settled("unknown", error);
      }
    }
  }
  return settled("unknown");
}

function settle(name, label, phase, error, result, link) {
  note(name, {
    phase, result, link, error, errors: error?.errors ?? [], retryAfter: error?.retryAfter,
  });
  announce(`${label}: ${t(`outcome.${phase}`)}`, ...(error?.message ? [" – ", reasonOf(error)] : []));
  return phase;
}

/** The outcome, to stand beside the button. */
export function outcome(name, { link } = {}) {
  const found = outcomes.get(name);
  if (!found) return undefined;
  const { phase, label, since, error, errors, retryAfter } = found;
  const waits = phase === "sending" || phase === "pending";
  return h("div", { class: `outcome ${phase}`, key: `outcome ${name}` },
    h("strong", null, label, ": ", t(`outcome.${phase}`)),
    phase === "pending" && h("span", null, " ", t("outcome.since", { time: duration(Date.now() - since) })),
    error?.message && h("p", null, error.kind && [kindChip(error.kind), " "], reasonOf(error)),
    retryAfter !== undefined && h("p", null, t("outcome.retryAfter", { n: retryAfter })),
    errors?.length > 0 && h("ul", null, errors.map((one) => h("li", null,
      h("code", null, one.pointer ?? ""), " ", given(one.detail)))),
    phase === "unknown" && h("p", null, t("outcome.unknownHint")),
    phase === "done" && link?.(found),
    !waits && h("button", { type: "button", class: "plain small", on: { click: () => dismiss(name) } }, t("dismiss")));
}
