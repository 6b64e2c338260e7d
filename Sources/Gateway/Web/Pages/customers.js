import { isBusy, outcome } from "./actions.js";
import { withQuery } from "./api.js";
import { h } from "./dom.js";
import { registerCustomer } from "./customer-form.js";
import { kilowatts, number } from "./format.js";
import { customerLink } from "./answers.js";
import { failure } from "./failure.js";
import { change, parameters } from "./router.js";
import { pager, searchField, table } from "./tables.js";
import { t } from "./texts.js";
import { Resource } from "./resource.js";

/** So many the gateway finds at most, by ids and by names. */
const searchLimit = 1000;

/** All customers, a page at a time: the gateway sorts and searches, so that a million of them are no more work than ten. */
export function view(page) {
  const users = new Resource(page);

  function load() {
    const { q, sort, page: number, size } = parameters();
    users.load(withQuery("users", { q, sort, page: number, size: size ?? 50 }));
  }

  page.refresh = () => users.refresh();

  function draw() {
    const { sort } = parameters();
    return [
      h("div", { class: "title" }, h("h1", { tabindex: -1 }, t("customers")), searchField("q", t("searchCustomers")),
        page.mayWrite && h("button", {
          type: "button", class: "primary", disabled: isBusy("register"), "data-act": "register", on: { click: () => registerCustomer(page) },
        }, t("register.button"))),
      outcome("register", { link: ({ result }) => result?.id && h("p", null, customerLink(result.id, result.name)) }),
      failure(users),
      parameters().q && users.data?.page?.totalElements >= searchLimit && h("p", { class: "quiet" }, t("searchLimited", { n: number(searchLimit) })),
      pager(users.data?.page),
      h("div", { class: "narrow" }, table({
        caption: t("customers"), rows: users.rows("users"), key: (user) => user.id, sort,
        onSort: (value) => change({ sort: value, page: "" }),
        empty: users.data ? t(parameters().q ? "nobodyFound" : "noCustomers") : t("loading"),
        columns: [
          { name: "name", title: t("name"), sort: "name", isHead: true, cell: ({ id, name }) => customerLink(id, name ?? id) },
          { name: "id", title: t("id"), sort: "id", wide: true, cell: ({ id }) => h("code", null, id) },
          { name: "capacity", title: t("capacity"), sort: "capacity", first: "desc", class: "number", cell: ({ capacity }) => kilowatts(capacity) },
          { name: "point", title: t("points"), sort: "point", first: "desc", class: "number", cell: ({ point }) => number(point) },
        ],
      })),
    ];
  }

  return { title: () => t("customers"), load, draw };
}
