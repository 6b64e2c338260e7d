// How fresh what is shown is: of the connection, and of the gateway's own view of Kafka.

import { announce } from "./announcer.js";
import { lastAgeSeconds, serverNow } from "./api.js";
import { h } from "./dom.js";
import { given, streamReason } from "./failure.js";
import { clock, number, when, zoneName } from "./format.js";
import { href } from "./router.js";
import { t, tn } from "./texts.js";

/** A view looks at the ends of its topics once a second. */
const oldSeconds = 10;

/** What is wrong with the gateway's own view: a stream that is alive says nothing new then, and is no proof that nothing has changed. */
function staleness(live) {
  const { fault, caughtUp, ageSeconds } = live.shown.health?.view ?? {};
  if (fault) return t("stale.fault");
  if (caughtUp === false) return t("stale.behind");
  return ageSeconds > oldSeconds ? t("stale.old") : undefined;
}

/** Above every view: figures that are old, commands that do not get through. */
export function warning(live) {
  const isClosed = (live.shown.health?.breaker?.state ?? "closed") === "closed";
  const stale = staleness(live);
  if (isClosed && !stale) return undefined;
  return h("p", { class: "warning", role: "alert", key: "warning" },
    [stale && t("stale.shown", { reason: stale, time: when(live.shown.asOf) }), !isClosed && t("stale.refused")].filter(Boolean).join(" "), " ",
    h("a", { href: href({ view: "health" }) }, t("health")));
}

export function connection(live) {
  const { state, until, reason } = live.status;
  const shown = live.paused ? "paused" : state !== "live" ? state : live.isLate ? "late" : staleness(live) ? "stale" : state;
  const details = {
    waiting: () => tn("live.again", { n: Math.max(0, Math.ceil((until - Date.now()) / 1000)), reason: streamReason(reason) }),
    forbidden: () => given(reason) ?? "",
    paused: () => t("live.behind", { n: number(live.changesWaiting) }),
  }[shown]?.();
  return [
    h("span", { class: `live ${shown}`, "data-live": shown },
      h("span", { class: "lamp", "aria-hidden": "true" }), t(`live.${shown}`), details && [" · ", details],
      live.shown.asOf !== undefined && [" · ", h("span", { class: "as-of" }, t("asOf"), " ", clock(asOf(live)), " ", zoneName())]),
    h("button", { type: "button", class: "plain pause", "aria-pressed": String(live.paused), "data-act": "pause", on: { click: () => pause(live) } },
      live.paused ? t("resume") : t("pause")),
  ];
}

/** What is shown is as old as the last that was heard; a quiet stream that is alive says that nothing has changed. */
function asOf(live) {
  const said = new Date(live.shown.asOf).getTime();
  if (live.paused || live.status.state !== "live" || live.isLate || staleness(live)) return said;
  return Math.max(said, serverNow() - (Date.now() - live.heardAt));
}

/** The same where nothing is live. */
export function asked(loadedAt) {
  const ageMs = Date.now() - (loadedAt || Date.now()) + lastAgeSeconds() * 1000;
  return h("span", { class: `as-of ${ageMs > 60_000 ? "live late" : "quiet"}` }, t("asOf"), " ", when(serverNow() - ageMs));
}

export function pause(live) {
  live.pause(!live.paused);
  announce(live.paused ? t("live.paused") : t("live.live"));
}

/** Says when the connection has been lost for a while, and when it is back. */
let saidState = "live";
export function sayState(live) {
  const state = live.status.state === "live" || live.status.state === "polling" ? "live" : "lost";
  if (state === saidState || (state === "lost" && Date.now() - live.heardAt < 5000)) return;
  saidState = state;
  announce(t(state === "live" ? "live.back" : "live.lost"));
}
