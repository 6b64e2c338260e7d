// The page: who looks at it, which view is open, and when it is drawn.

import { onOutcome } from "./actions.js";
import { announce } from "./announcer.js";
import { get, lastAgeSeconds, onUnauthorized, serverNow, token } from "./api.js";
import * as allOrders from "./all-orders.js";
import * as audit from "./audit.js";
import * as customer from "./customer.js";
import * as customers from "./customers.js";
import * as deadletters from "./deadletters.js";
import { askForToken, showHelp } from "./dialog.js";
import { h, show } from "./dom.js";
import { clock, number, when, zoneName } from "./format.js";
import * as health from "./health.js";
import * as home from "./home.js";
import { Live } from "./live.js";
import * as order from "./order.js";
import * as orders from "./orders.js";
import { startOrder, streamReason } from "./parts.js";
import { change, followLinks, go, href, onNavigation, parameters } from "./router.js";
import { language, setLanguage, t } from "./texts.js";

const views = { orders, all: allOrders, customers, deadletters, health, audit, order, customer };
/** In the order of the navigation and of the keys 1 to 5. */
const navigation = ["orders", "customers", "deadletters", "health", "audit"];
/** At most this often a second what moves is drawn. */
const drawsASecond = 4;
/** A view looks at the ends of its topics once a second. */
const oldSeconds = 10;

const top = document.getElementById("top");
const main = document.getElementById("main");
const live = new Live(() => render());
let me;
let opened;
let refusal;

const isCustomer = () => me?.role === "customer";

/** The view that the URL names, opened again when it is another one. */
function open() {
  const { view: name = "orders", id } = parameters();
  const key = isCustomer() ? "home" : `${name} ${id ?? ""}`;
  if (opened?.key === key) return false;
  opened?.stop.abort();
  const stop = new AbortController();
  const page = { live: isCustomer() ? undefined : live, me, mayWrite: Boolean(me?.mayWrite) && !isCustomer(), render, signal: stop.signal };
  const module = isCustomer() ? home : views[name];
  opened = { key, name, stop, page, view: module?.view(page) ?? missing };
  return true;
}

const missing = {
  title: () => t("missing"),
  load() {},
  draw: () => [h("h1", { tabindex: -1 }, t("missing")), h("p", null, h("a", { href: href({}) }, t("orders")))],
};

function navigated() {
  const isNew = open();
  opened.view.load();
  draw();
  if (isNew) {
    scrollTo(0, 0);
    (main.querySelector("h1") ?? main).focus({ preventScroll: true });
  }
}

let drawnAt = 0;
let waiting;

/** Draws soon: at once after a pause, otherwise at most so often. */
function render() {
  if (waiting !== undefined) return;
  const delay = Math.max(0, drawnAt + 1000 / drawsASecond - Date.now());
  waiting = setTimeout(() => { waiting = undefined; draw(); }, delay);
}

function draw() {
  drawnAt = Date.now();
  const root = document.documentElement;
  root.lang = language();
  root.classList.toggle("wall", Boolean(parameters().wall));
  document.getElementById("skip").textContent = t("skip");
  show(top, header());
  if (!opened) {
    show(main, h("h1", { tabindex: -1 }, "Negawatt"), h("p", null, refusal ? t("failed", { reason: refusal.message }) : t("loading")));
    return;
  }
  opened.view.load();
  show(main, warning(), opened.view.draw());
  document.title = `${opened.view.title()} – Negawatt`;
}

function header() {
  const { view: name = "orders" } = parameters();
  const current = { order: "orders", all: "orders", customer: "customers" }[name] ?? name;
  return [
    h("a", { class: "brand", href: href({}) }, "Negawatt"),
    me && !isCustomer() && h("nav", { "aria-label": t("navigation") }, h("ul", null, navigation.map((view) => h("li", null,
      h("a", { href: href({ view: view === "orders" ? "" : view }), "aria-current": view === current ? "page" : undefined },
        t(view), view === "health" && alarm()))))),
    h("div", { class: "tools" },
      me && (isCustomer() ? asked() : connection()),
      h("button", { type: "button", class: "plain", lang: language() === "ko" ? "en" : "ko", on: { click: switchLanguage } },
        language() === "ko" ? "English" : "한국어"),
      h("button", { type: "button", class: "plain wide", on: { click: switchTheme } }, t(`theme.${themeName()}`)),
      me && !isCustomer() && h("button", {
        type: "button", class: "plain wide wall-switch", "aria-pressed": String(Boolean(parameters().wall)), on: { click: switchWall },
      }, t("wall")),
      me && !isCustomer() && h("button", { type: "button", class: "plain wide", on: { click: help }, "aria-label": t("help.title") }, "?"),
      me && h("span", { class: "who quiet" }, me.name, " · ", t(`role.${me.role}`)),
      token.value && h("button", { type: "button", class: "plain", on: { click: leave } }, t("leave")))];
}

/** A mark on the way to the health page when something there needs a look. */
function alarm() {
  const { contexts = [], breaker, view } = live.shown.health ?? {};
  const count = contexts.filter(({ state }) => state === "silent" || state === "behind").length
    + (breaker && breaker.state !== "closed" ? 1 : 0) + (view?.fault ? 1 : 0);
  return count > 0 && h("span", { class: "alarm" }, h("span", { class: "unseen" }, " "), number(count), h("span", { class: "unseen" }, ` ${t("needLook")}`));
}

/** What is wrong with the gateway's own view: a stream that is alive says nothing new then, and is no proof that nothing has changed. */
function staleness() {
  const { fault, caughtUp, ageSeconds } = live.shown.health?.view ?? {};
  if (fault) return t("stale.fault");
  if (caughtUp === false) return t("stale.behind");
  return ageSeconds > oldSeconds ? t("stale.old") : undefined;
}

/** Above every view: figures that are old, commands that do not get through. */
function warning() {
  const isClosed = (live.shown.health?.breaker?.state ?? "closed") === "closed";
  const stale = staleness();
  if (isCustomer() || !me || (isClosed && !stale)) return undefined;
  return h("p", { class: "warning", role: "alert", key: "warning" },
    [stale && t("stale.shown", { reason: stale, time: when(live.shown.asOf) }), !isClosed && t("stale.refused")].filter(Boolean).join(" "), " ",
    h("a", { href: href({ view: "health" }) }, t("health")));
}

function connection() {
  const { state, until, reason } = live.status;
  const shown = live.paused ? "paused" : state !== "live" ? state : live.isLate ? "late" : staleness() ? "stale" : state;
  const details = {
    waiting: () => t("live.again", { n: Math.max(0, Math.ceil((until - Date.now()) / 1000)), reason: streamReason(reason) }),
    forbidden: () => reason ?? "",
    paused: () => t("live.behind", { n: number(live.changesWaiting) }),
  }[shown]?.();
  return [
    h("span", { class: `live ${shown}`, "data-live": shown },
      h("span", { class: "lamp", "aria-hidden": "true" }), t(`live.${shown}`), details && ` · ${details}`,
      live.shown.asOf !== undefined && [" · ", h("span", { class: "as-of" }, t("asOf"), " ", clock(asOf()), " ", zoneName())]),
    h("button", { type: "button", class: "plain pause", "aria-pressed": String(live.paused), "data-act": "pause", on: { click: pause } },
      live.paused ? t("resume") : t("pause")),
  ];
}

/** What is shown is as old as the last that was heard; a quiet stream that is alive says that nothing has changed. */
function asOf() {
  const said = new Date(live.shown.asOf).getTime();
  if (live.paused || live.status.state !== "live" || live.isLate || staleness()) return said;
  return Math.max(said, serverNow() - (Date.now() - live.heardAt));
}

function asked() {
  const ageMs = Date.now() - (opened?.view.loadedAt?.() || Date.now()) + lastAgeSeconds() * 1000;
  return h("span", { class: `as-of ${ageMs > 60_000 ? "live late" : "quiet"}` }, t("asOf"), " ", when(serverNow() - ageMs));
}

function pause() {
  live.pause(!live.paused);
  announce(live.paused ? t("live.paused") : t("live.live"));
}

function switchLanguage() {
  setLanguage(language() === "ko" ? "en" : "ko");
  draw();
}

function switchWall() {
  change({ wall: parameters().wall ? "" : "1" });
}

const themes = ["auto", "light", "dark"];
const themeName = () => document.documentElement.dataset.theme ?? "auto";

function switchTheme() {
  const next = themes[(themes.indexOf(themeName()) + 1) % themes.length];
  if (next === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  try {
    if (next === "auto") localStorage.removeItem("negawatt.theme");
    else localStorage.setItem("negawatt.theme", next);
  } catch {
    // It holds until the page is left.
  }
  draw();
}

function leave() {
  token.value = "";
  location.assign(document.baseURI.split("?")[0]);
}

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

/** [key, the text that says what it does, the function]. */
const shortcuts = () => [
  ...navigation.map((view, index) => [String(index + 1), t(view), () => go({ view: view === "orders" ? "" : view })]),
  ["p", t("key.pause"), pause],
  ["r", t("key.refresh"), () => opened?.page.refresh?.()],
  ["/", t("key.search"), () => { const field = main.querySelector("[data-search]"); if (field) field.focus(); else go({ view: "customers" }); }],
  me?.mayWrite && ["n", t("start.button"), startOrder],
  ["w", t("key.wall"), switchWall],
  ["l", t("key.language"), switchLanguage],
  ["d", t("key.theme"), switchTheme],
  ["?", t("help.title"), help],
].filter(Boolean);

function help() {
  showHelp(shortcuts().map(([key, label]) => [key, label]), { isOn: hasShortcuts, setOn: setShortcuts });
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !me || isCustomer()) return;
  if (event.target.closest?.("input, select, textarea, dialog") || document.querySelector("dialog[open]")) return;
  const found = shortcuts().find(([key]) => key === event.key);
  if (!found || (!hasShortcuts && event.key !== "?")) return;
  event.preventDefault();
  found[2]();
}

/** Says when the connection has been lost for a while, and when it is back. */
let saidState = "live";
function sayState() {
  if (isCustomer() || !me) return;
  const state = live.status.state === "live" || live.status.state === "polling" ? "live" : "lost";
  if (state === saidState || (state === "lost" && Date.now() - live.heardAt < 5000)) return;
  saidState = state;
  announce(t(state === "live" ? "live.back" : "live.lost"));
}

async function begin() {
  for (;;) {
    try {
      me = await get("me");
      refusal = undefined;
      break;
    } catch (error) {
      refusal = error;
      draw();
      await new Promise((resolve) => { setTimeout(resolve, 3000); });
    }
  }
  if (!isCustomer()) live.start(`${me.role} ${me.name}`);
  navigated();
}

onUnauthorized(askForToken);
onOutcome(render);
onNavigation(navigated);
followLinks();
addEventListener("keydown", pressed);
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
setInterval(() => { sayState(); render(); }, 1000);
draw();
begin();
