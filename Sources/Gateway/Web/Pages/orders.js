// The screen of the running orders: how they stand, whom to call next, what happens now.

import { isBusy, outcome } from "./actions.js";
import { segment, serverNow, withQuery } from "./api.js";
import { quarterChart } from "./bars.js";
import { quartersOf } from "./by-resource.js";
import { h } from "./dom.js";
import { clock, dash, kilowatts, number } from "./format.js";
import { isRunning, sortedOrders } from "./model.js";
import { answerButtons, answerMark, customerLink } from "./answers.js";
import { failure, streamReason } from "./failure.js";
import { orderBlock, orderLink, orderTable } from "./order-block.js";
import { startOrder } from "./order-form.js";
import { href, parameters } from "./router.js";
import { choice, table } from "./tables.js";
import { t, tn } from "./texts.js";
import { isHeld, Resource } from "./resource.js";

const callLimit = 12;
const feedShown = 40;

export function view(page) {
  const silent = new Resource(page);
  const denied = new Resource(page);
  const item = new Resource(page);
  let countsThen = "";

  const chosenOf = (orders) => {
    const all = [...orders.running, ...orders.ended];
    return all.find((order) => order.id === parameters().order) ?? all[0];
  };

  function load() {
    const chosen = chosenOf(sortedOrders(page.live.shown, serverNow()));
    const path = (answer) => chosen && withQuery("responses", { drId: chosen.id, answer, sort: "userCapacity,desc", size: callLimit });
    const { call = "" } = parameters();
    silent.load(call === "deny" ? undefined : path("ignore"));
    denied.load(call === "ignore" ? undefined : path("deny"));
    // The chart's quarter hours stand in the item alone.
    item.load(chosen && `drs/${segment(chosen.id)}`);
    const counts = JSON.stringify(chosen?.counts);
    if (counts !== countsThen) {
      const before = silent.loadedAt + denied.loadedAt;
      silent.refreshAfter(5000);
      denied.refreshAfter(5000);
      if (silent.loadedAt + denied.loadedAt !== before) countsThen = counts;
    }
    if (chosen && isRunning(chosen)) item.refreshAfter(60_000);
  }

  page.refresh = () => { silent.refresh(); denied.refresh(); };

  function draw() {
    const { shown } = page.live;
    const orders = sortedOrders(shown, serverNow());
    const chosen = chosenOf(orders);
    const isWall = Boolean(parameters().wall);
    const started = ({ result, link }) => (result?.id ?? link) && h("p", null, orderLink(result?.id ?? link.split("/").at(-1)));
    return [
      h("div", { class: "title" }, h("h1", { tabindex: -1 }, t("orders")),
        page.mayWrite && h("button", {
          type: "button", class: "primary", disabled: isBusy("start"), "data-act": "start", on: { click: startOrder },
        }, t("start.button")),
        outcome("start", { link: started }),
        orders.ended.map((order) => [outcome(`end ${order.id}`), outcome(`cancel ${order.id}`)])),
      h("div", { class: "columns" },
        h("section", { class: "main-column", "aria-labelledby": "running" },
          h("h2", { id: "running" }, t("running", { n: shown.asOf === undefined ? dash : number(runningOf(shown, orders)) })),
          isPart(shown, orders) && h("p", { class: "quiet", "data-part": true }, t("runningPart", {
            n: number(orders.running.length), of: number(runningOf(shown, orders)),
          })),
          orders.running.length === 0 && nothingShown(shown),
          h("div", { class: "order-list" },
            orders.running.map((order) => orderBlock(page, order, { isChosen: orders.running.length > 1 && order === chosen }))),
          orders.ended.length > 0 && [h("h2", null, t("ended")), orderTable(orders.ended, { caption: t("ended") })],
          !isWall && h("p", null, h("a", { href: href({ view: "all" }) }, t("allOrders")))),
        h("div", { class: "side-column" },
          chosen && !isWall && isRunning(chosen) && callList(chosen, orders.running),
          chosen && chart(chosen),
          feed(shown))),
    ];
  }

  function nothingShown({ asOf }) {
    const { state, reason } = page.live.status;
    if (asOf === undefined && state === "waiting") return h("p", { class: "complaint" }, tn("failed", { reason: streamReason(reason) }));
    return h("p", { class: "quiet" }, t(asOf === undefined ? "loading" : "noOrders"));
  }

  function chart(chosen) {
    const read = item.data?.id === chosen.id ? item.data : undefined;
    const quarters = quartersOf({ quarters: chosen.quarters ?? read?.quarters, byResource: read?.byResource });
    if (!quarters.length) return undefined;
    return h("section", { "aria-labelledby": "load" }, h("h2", { id: "load" }, t("load", { name: chosen.name })),
      quarterChart(quarters, (chosen.capacity?.accepted ?? 0) / 4));
  }

  function callList(chosen, running) {
    const rows = [...silent.rows("responses"), ...denied.rows("responses")]
      .filter((row) => row.drId === chosen.id)
      .sort((one, other) => (other.userCapacity ?? 0) - (one.userCapacity ?? 0)).slice(0, callLimit);
    const { call = "" } = parameters();
    return h("section", { "aria-labelledby": "call" },
      h("h2", { id: "call" }, t("callNext")),
      running.length > 1 && h("div", { class: "choice", role: "group", "aria-label": t("order") },
        running.map((order) => h("a", {
          href: href({ ...parameters(), order: order.id }), "aria-current": order === chosen ? "true" : undefined,
        }, order.name, running.some(({ id, name }) => name === order.name && id !== order.id) && [" ", h("code", null, order.id)]))),
      choice("call", t("answer"), [["", t("both")], ["ignore", t("silent")], ["deny", t("denied")]], call),
      failure(silent), failure(denied),
      table({
        caption: t("callNext"), rows, key: (row) => row.id, empty: silent.isLoading ? t("loading") : t("nobodyToCall"),
        columns: [
          {
            name: "user", title: t("customer"), isHead: true,
            cell: ({ userId, userName }) => [customerLink(userId, userName ?? userId), " ", h("code", { class: "wide" }, userId)],
          },
          { name: "answer", title: t("answer"), cell: ({ answer }) => answerMark(answer) },
          { name: "capacity", title: t("capacity"), class: "number", cell: ({ userCapacity }) => kilowatts(userCapacity) },
          page.mayWrite && { name: "act", title: t("record"), cell: (response) => answerButtons(page, response) },
        ].filter(Boolean),
      }),
      isHeld() && h("p", { class: "quiet" }, t("held")),
      h("p", null, h("a", { href: href({ view: "order", id: chosen.id, answer: call || "ignore", sort: "userCapacity,desc" }) }, t("allOfThem"))));
  }

  return { title: () => t("orders"), load, draw };
}

/** More may run than are shown. */
const runningOf = ({ running }, orders) => Math.max(running ?? 0, orders.running.length);
const isPart = (shown, orders) => runningOf(shown, orders) > orders.running.length;

function feed(model) {
  const line = (entry, index) => {
    if (entry.kind === "omitted") return h("li", { class: "omitted" }, t("feed.omitted", { n: number(entry.count) }));
    if (entry.kind === "gap") return h("li", { class: "omitted" }, t("feed.gap", { from: clock(entry.from), to: clock(entry.at) }));
    return h("li", { key: `${entry.at} ${entry.type} ${entry.key} ${model.feed.length - index}` },
      h("time", { datetime: entry.at }, clock(entry.at)), " ", h("code", null, entry.type), " ", entry.text ?? entry.key);
  };
  return h("section", { class: "feed", "aria-labelledby": "feed" },
    h("h2", { id: "feed" }, t("feed.title")),
    h("p", { class: "quiet" }, t("feed.left", { n: number(model.omitted) })),
    h("ol", { reversed: true, tabindex: 0, role: "list", "aria-labelledby": "feed" }, 
      model.feed.length === 0 ? h("li", { class: "quiet" }, t("feed.empty")) : model.feed.slice(0, feedShown).map(line)),
    model.feed.length > feedShown && h("p", { class: "quiet" }, t("feed.more", { n: number(model.feed.length - feedShown) })));
}
