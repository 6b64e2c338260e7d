import { withQuery } from "./api.js";
import { h } from "./dom.js";
import { dash, when } from "./format.js";
import { failure, given } from "./failure.js";
import { href, parameters } from "./router.js";
import { pager, searchField, table } from "./tables.js";
import { t } from "./texts.js";
import { Resource } from "./resource.js";

/** A search looks at so many at a time: how far it has come, and the way on. */
function older(list) {
  if (!list?.searchedSince) return undefined;
  const before = new URL(list._links.older.href).searchParams.get("before");
  return h("p", { class: "pager" },
    h("span", { class: "quiet" }, t("audit.searchedSince", { time: when(list.searchedSince) })),
    h("a", { class: "button", href: href({ ...parameters(), before, page: "" }) }, t("audit.older")));
}

/** Who gave which command, and what became of it. */
export function view(page) {
  const entries = new Resource(page);

  function load() {
    const { q, before, page: number, size } = parameters();
    entries.load(withQuery("audit", { q, before, page: number, size: size ?? 50 }));
    entries.refreshAfter(10_000);
  }

  page.refresh = () => entries.refresh();

  function draw() {
    return [
      h("div", { class: "title" }, h("h1", { tabindex: -1 }, t("audit")), searchField("q", t("searchAudit"))),
      h("p", { class: "quiet" }, t("audit.hint")),
      failure(entries),
      table({
        caption: t("audit"), rows: entries.rows("audit"), key: (row) => `${row.command} ${row.at} ${row.type} ${row.outcome}`,
        empty: entries.data ? undefined : t("loading"),
        columns: [
          { name: "at", title: t("time"), cell: ({ at }) => when(at) },
          { name: "actor", title: t("actor"), isHead: true, cell: ({ actor }) => actor ?? dash },
          { name: "type", title: t("command"), cell: ({ type }) => h("code", null, type ?? dash) },
          { name: "key", title: t("key"), wide: true, cell: ({ key }) => h("code", null, key ?? dash) },
          {
            name: "outcome", title: t("result"), class: "text", cell: ({ outcome, reason }) => [
              h("span", { class: `mark ${outcome === "done" ? "accept" : "deny"}` }, outcome === "done" || outcome === "refused" ? t(`audit.${outcome}`) : outcome),
              " ", given(reason)],
          },
          { name: "command", title: t("commandId"), wide: true, cell: ({ command }) => h("code", null, command ?? dash) },
        ],
      }),
      pager(entries.data?.page),
      older(entries.data),
    ];
  }

  return { title: () => t("audit"), load, draw };
}
