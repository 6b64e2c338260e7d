// Whether everything works: the view of this gateway, its way to Kafka, and all contexts.

import { smallBar } from "./bars.js";
import { h } from "./dom.js";
import { dash, duration, number, when } from "./format.js";
import { failure, given } from "./failure.js";
import { change, parameters } from "./router.js";
import { sortedHere, table } from "./tables.js";
import { t } from "./texts.js";
import { Resource } from "./resource.js";

const severity = { silent: 3, behind: 2, unknown: 1, ok: 0 };

export function view(page) {
  const read = new Resource(page);

  function load() {
    read.load("health");
    read.refreshAfter(5000);
  }

  page.refresh = () => read.refresh();

  function draw() {
    const health = read.data ?? page.live.shown.health;
    if (!health) return [h("h1", { tabindex: -1 }, t("health")), failure(read) ?? h("p", { class: "quiet" }, t("loading"))];
    const { view: own = {}, breaker = {}, contexts = [], version } = health;
    const sort = parameters().sort ?? "state,desc";
    const largest = Math.max(0, ...contexts.map(({ lag }) => lag ?? 0));
    const columns = [
      { name: "name", title: t("context"), sort: "name", value: ({ name }) => name, isHead: true, cell: ({ name }) => name },
      {
        name: "state", title: t("state"), sort: "state", first: "desc", value: ({ state }) => severity[state] ?? 1,
        cell: ({ state }) => h("span", { class: `chip ${state}` }, t(`state.${state}`)),
      },
      {
        name: "lag", title: t("lag"), sort: "lag", first: "desc", class: "number", value: ({ lag }) => lag ?? -1,
        cell: ({ lag }) => [smallBar(lag ?? 0, largest), " ", number(lag)],
      },
      { name: "members", title: t("members"), sort: "members", first: "desc", class: "number", value: ({ members }) => members ?? -1, cell: ({ members }) => number(members) },
    ];
    return [
      h("div", { class: "title" }, h("h1", { tabindex: -1 }, t("health"))),
      failure(read),
      h("section", { class: "narrow", "aria-labelledby": "contexts" }, h("h2", { id: "contexts" }, t("contexts")),
        table({
          caption: t("contexts"), rows: sortedHere(contexts, columns, sort), key: ({ name }) => name, columns, sort,
          onSort: (value) => change({ sort: value }, { replace: true }),
        })),
      h("div", { class: "columns even" },
        h("section", { "aria-labelledby": "breaker" }, h("h2", { id: "breaker" }, t("breaker")),
          h("p", null, h("span", { class: `chip breaker-${breaker.state}` }, t(`breaker.${breaker.state ?? "unknown"}`)), " ",
            h("span", { class: "quiet" }, t(`breaker.${breaker.state ?? "unknown"}Hint`))),
          h("dl", { class: "facts" },
            h("dt", null, t("since")), h("dd", null, breaker.since ? when(breaker.since) : dash),
            h("dt", null, t("inFlight")), h("dd", null, t("of", { n: number(breaker.inFlight), of: number(breaker.limit) })))),
        h("section", { "aria-labelledby": "own" }, h("h2", { id: "own" }, t("ownView")),
          h("p", null, h("span", { class: `chip ${own.fault ? "silent" : own.caughtUp ? "ok" : "behind"}` },
            own.fault ? t("fault") : own.caughtUp ? t("caughtUp") : t("catchingUp"))),
          own.fault && h("p", { class: "complaint" }, given(own.fault)),
          h("dl", { class: "facts" },
            h("dt", null, t("asOf")), h("dd", null, when(own.asOf)),
            h("dt", null, t("age")), h("dd", null, typeof own.ageSeconds === "number" ? duration(own.ageSeconds * 1000) : dash),
            h("dt", null, t("behindBy")), h("dd", null, number(own.behind)),
            h("dt", null, t("rebuilt")), h("dd", null, anew(own.madeAnew)),
            h("dt", null, t("version")), h("dd", null, version ?? dash)))),
    ];
  }

  return { title: () => t("health"), load, draw };
}

function anew(value) {
  if (typeof value === "boolean") return value ? t("yes") : t("no");
  return typeof value === "number" ? number(value) : value ?? dash;
}
