// The page: who looks at it, which view is open, and when it is drawn.

import { onOutcome } from "./actions.js";
import * as allOrders from "./all-orders.js";
import { get, onUnauthorized } from "./api.js";
import { onAppearance, switchLanguage, switchTheme, switchWall } from "./appearance.js";
import * as audit from "./audit.js";
import * as customer from "./customer.js";
import * as customers from "./customers.js";
import * as deadletters from "./deadletters.js";
import { askForToken } from "./dialog.js";
import { h, show } from "./dom.js";
import { failed } from "./failure.js";
import { pause, sayState, warning } from "./freshness.js";
import { header, navigation } from "./header.js";
import * as health from "./health.js";
import * as home from "./home.js";
import { Live } from "./live.js";
import { startOrder } from "./order-form.js";
import * as order from "./order.js";
import * as orders from "./orders.js";
import { followLinks, go, href, onNavigation, parameters } from "./router.js";
import { listen } from "./shortcuts.js";
import { language, t } from "./texts.js";

const views = { orders, all: allOrders, customers, deadletters, health, audit, order, customer };
/** At most this often a second what moves is drawn. */
const drawsASecond = 4;

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
  show(top, header(me, live, opened?.view.loadedAt?.()));
  if (!opened) {
    show(main, h("h1", { tabindex: -1 }, "Negawatt"), h("p", null, refusal ? failed(refusal) : t("loading")));
    return;
  }
  opened.view.load();
  show(main, !isCustomer() && warning(live), opened.view.draw());
  document.title = `${opened.view.title()} – Negawatt`;
}

/** A customer has none. */
const shortcuts = () => (!me || isCustomer() ? [] : [
  ...navigation.map((view, index) => [String(index + 1), t(view), () => go({ view: view === "orders" ? "" : view })]),
  ["p", t("key.pause"), () => pause(live)],
  ["r", t("key.refresh"), () => opened?.page.refresh?.()],
  ["/", t("key.search"), () => { const field = main.querySelector("[data-search]"); if (field) field.focus(); else go({ view: "customers" }); }],
  me.mayWrite && ["n", t("start.button"), startOrder],
  ["w", t("key.wall"), switchWall],
  ["l", t("key.language"), switchLanguage],
  ["d", t("key.theme"), switchTheme],
].filter(Boolean));

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
onAppearance(draw);
listen(shortcuts);
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
setInterval(() => {
  if (me && !isCustomer()) sayState(live);
  render();
}, 1000);
draw();
begin();
