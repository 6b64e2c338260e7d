// One order: how it stands, its load, who answered what, the checks, and the participants as a file.

import { segment, withQuery } from "./api.js";
import { quarterChart } from "./bars.js";
import { quartersOf, resourceTable } from "./by-resource.js";
import { saveParticipants } from "./csv.js";
import { announce } from "./announcer.js";
import { h } from "./dom.js";
import { dash, kilowatts, number, signed, when } from "./format.js";
import { isRunning } from "./model.js";
import { responseColumns } from "./answers.js";
import { checkColumns } from "./checks.js";
import { failed, failure } from "./failure.js";
import { isMeasured, orderBlock } from "./order-block.js";
import { change, href, parameters } from "./router.js";
import { choice, pager, table } from "./tables.js";
import { t } from "./texts.js";
import { Resource } from "./resource.js";

/** Those of one kind by their capacity, all of them by their ids: more the gateway does not sort. */
const answersBy = (answer, sort) => {
  const first = answer ? "userCapacity,desc" : "userId,asc";
  return sort?.split(",")[0] === first.split(",")[0] ? sort : first;
};

export function view(page) {
  const item = new Resource(page);
  const list = new Resource(page);
  const figures = new Resource(page);
  let saving;

  const orderOf = () => {
    const { id } = parameters();
    const live = page.live.shown.orders.get(id);
    const read = item.data?.id === id ? item.data : undefined;
    if (!live) return read;
    return { ...read, ...live, quarters: live.quarters ?? read?.quarters };
  };
  const isChecks = () => parameters().list === "checks";

  function load() {
    const { id, answer, sort, page: number, size } = parameters();
    item.load(`drs/${segment(id ?? "")}`);
    list.load(isChecks()
      ? withQuery("kepcos", { drId: id, page: number, size: size ?? 20 })
      : withQuery("responses", { drId: id, answer, sort: answersBy(answer, sort), page: number, size: size ?? 20 }));
    const order = orderOf();
    figures.load(order?.endedAt ? `drs/${segment(id)}/kpx?size=100` : undefined);
    if (order && (isRunning(order) || !isMeasured(order))) {
      item.refreshAfter(30_000);
      list.refreshAfter(10_000);
    }
  }

  page.refresh = () => { item.refresh(); list.refresh(); figures.refresh(); };

  async function save(answer) {
    const stop = new AbortController();
    page.signal.addEventListener("abort", () => stop.abort());
    saving = { answer, read: 0, stop };
    page.render();
    try {
      const rows = await saveParticipants(parameters().id, answer, (read, of) => {
        Object.assign(saving, { read, of });
        page.render();
      }, stop.signal);
      saving = { ...saving, isOver: true, rows };
      announce(t("csv.done", { n: number(rows) }));
    } catch (error) {
      saving = stop.signal.aborted ? undefined : { ...saving, isOver: true, error };
    }
    page.render();
  }

  function exportPart() {
    const isRunningNow = saving && !saving.isOver;
    const button = (answer, text) => h("button", {
      type: "button", class: "plain", disabled: isRunningNow, on: { click: () => save(answer) },
    }, text);
    return h("div", { class: "row" },
      button("accept", t("csv.accepted")), button("", t("csv.all")),
      isRunningNow && [
        h("span", null, t("csv.reading", { n: number(saving.read), of: number(saving.of) })),
        h("button", { type: "button", class: "plain small", on: { click: () => saving.stop.abort() } }, t("cancel"))],
      saving?.isOver && (saving.error
        ? h("span", { class: "complaint" }, failed(saving.error))
        : h("span", null, t("csv.done", { n: number(saving.rows) }))));
  }

  function draw() {
    const { id, answer, sort } = parameters();
    const order = orderOf();
    if (!order) {
      return [h("h1", { tabindex: -1 }, t("order"), " ", id), failure(item) ?? h("p", { class: "quiet" }, t("loading"))];
    }
    const checks = isChecks();
    const quarters = quartersOf(order);
    const rows = list.rows(checks ? "kepcos" : "responses");
    return [
      h("p", { class: "trail" }, h("a", { href: href({}) }, t("orders"))),
      failure(item),
      h("div", { class: "columns" },
        h("section", { class: "main-column", "aria-label": order.name }, orderBlock(page, order, { heading: "h1", linked: false }),
          h("dl", { class: "facts" },
            h("dt", null, t("startsAt")), h("dd", null, when(order.startsAt)),
            h("dt", null, t(order.endedAt ? "endedAt" : "plannedEnd")),
            h("dd", null, order.endedAt || order.endsAt ? when(order.endedAt ?? order.endsAt) : t("none")),
            order.resources && [h("dt", null, t("resources")),
              h("dd", null, [...order.resources, ...(order.unassigned ? [t("unassigned")] : [])].join(", "))],
            order.quantity && [h("dt", null, t("start.quantity")), h("dd", null, kilowatts(order.quantity))],
            order.test && [h("dt", null, t("start.test")), h("dd", null, t("start.testHint"))])),
        quarters.length > 0 && h("section", { class: "side-column", "aria-labelledby": "load" },
          h("h2", { id: "load" }, t("load", { name: order.name })),
          quarterChart(quarters, (order.capacity?.accepted ?? 0) / 4))),
      order.byResource?.length > 0 && h("section", { "aria-labelledby": "by-resource" },
        h("h2", { id: "by-resource" }, t("byResource")), resourceTable(order),
        order.byResource.some(({ isForecast }) => isForecast) && h("p", { class: "quiet" }, t("compliance.forecast"))),
      figures.rows("kpx").length > 0 && h("section", { "aria-labelledby": "kpx" },
        h("h2", { id: "kpx" }, t("kpx")), failure(figures), figureTable(figures.rows("kpx"))),
      h("section", { "aria-labelledby": "list" },
        h("div", { class: "title" }, h("h2", { id: "list" }, checks ? t("checks") : t("answers")), exportPart()),
        choice("list", t("show"), [["", t("answers")], ["checks", t("checks")]], parameters().list),
        !checks && choice("answer", t("answer"),
          [["", t("all")], ["accept", t("accepted")], ["deny", t("denied")], ["ignore", t("silent")]], answer),
        failure(list),
        table({
          caption: checks ? t("checks") : t("answers"), rows, key: (row) => row.id ?? row.responseId,
          columns: checks ? checkColumns() : responseColumns(page, rows, { sorts: [answer ? "userCapacity" : "userId"] }),
          sort: answersBy(answer, sort), onSort: (value) => change({ sort: value, page: "" }),
          empty: list.isLoading ? t("loading") : undefined,
        }),
        pager(list.data?.page)),
    ];
  }

  return { title: () => orderOf()?.name ?? t("order"), load, draw };
}

/** What KPX says the order comes to, beside what was reckoned here when that was stated; the newest statement last. */
function figureTable(rows) {
  const figure = (name, title, form) => ({
    name, title: t(title), class: "number", cell: (row) => (row[name] === null ? dash : form(row[name])),
  });
  return table({
    caption: t("kpx"), rows, key: ({ resource, version }) => `${resource ?? ""} ${version}`,
    columns: [
      { name: "resource", title: t("resource"), cell: ({ resource }) => resource ?? t("kpx.whole") },
      { name: "version", title: t("version"), class: "number", cell: ({ version }) => number(version) },
      { name: "statedAt", title: t("time"), cell: ({ statedAt }) => when(statedAt) },
      figure("kpxKWh", "kpx.kwh", number), figure("differenceKWh", "kpx.difference", signed),
      figure("kpxWon", "kpx.won", number), figure("differenceWon", "kpx.difference", signed),
      { name: "objection", title: t("kpx.objection"), wide: true, cell: ({ objection }) => objection ?? dash },
    ],
  });
}
