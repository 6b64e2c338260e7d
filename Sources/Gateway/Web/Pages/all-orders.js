import { withQuery } from "./api.js";
import { h } from "./dom.js";
import { failure } from "./failure.js";
import { orderTable } from "./order-block.js";
import { change, href, parameters } from "./router.js";
import { pager } from "./tables.js";
import { t } from "./texts.js";
import { Resource } from "./resource.js";

/** All orders that there have ever been: the first screen has those that run and the last that ended. */
export function view(page) {
  const orders = new Resource(page);

  function load() {
    const { sort = "startsAt,desc", page: number, size } = parameters();
    orders.load(withQuery("drs", { sort, page: number, size: size ?? 50 }));
    orders.refreshAfter(30_000);
  }

  page.refresh = () => orders.refresh();

  function draw() {
    const { sort = "startsAt,desc" } = parameters();
    return [
      h("p", { class: "trail" }, h("a", { href: href({}) }, t("orders"))),
      h("h1", { tabindex: -1 }, t("allOrders")),
      failure(orders),
      orderTable(orders.rows("drs"), {
        caption: t("allOrders"), empty: orders.data ? t("noOrdersYet") : t("loading"), sort, onSort: (value) => change({ sort: value, page: "" }),
      }),
      orders.rows("drs").some(({ isForecast }) => isForecast) && h("p", { class: "quiet wide" }, t("compliance.forecast")),
      pager(orders.data?.page),
    ];
  }

  return { title: () => t("allOrders"), load, draw };
}
