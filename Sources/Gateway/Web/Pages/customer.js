// A customer: points and how they came about, answers, checks with the days that they rest on.

import { isBusy, outcome } from "./actions.js";
import { segment, withQuery } from "./api.js";
import { changeCustomer, takeOffCustomer } from "./customer-form.js";
import { h } from "./dom.js";
import { dash, kilowatts, number, signed, when } from "./format.js";
import { responseColumns } from "./answers.js";
import { checkColumns } from "./checks.js";
import { failure } from "./failure.js";
import { confirmWithdrawal, failWithdrawal, nameOf } from "./withdrawals.js";
import { orderLink } from "./order-block.js";
import { href, parameters } from "./router.js";
import { pager, table } from "./tables.js";
import { t } from "./texts.js";
import { Resource } from "./resource.js";

/** `page.me.userId` where a customer looks at its own. */
export function view(page) {
  const user = new Resource(page);
  const responses = new Resource(page);
  const checks = new Resource(page);
  const ledger = new Resource(page);
  const all = [user, responses, checks, ledger];

  function load() {
    const { id, answers, checks: checkPage, ledger: ledgerPage } = parameters();
    const part = segment(id ?? "");
    user.load(`users/${part}`);
    responses.load(withQuery("responses", { userId: id, page: answers, size: 10, sort: "startsAt,desc" }));
    checks.load(withQuery("kepcos", { userId: id, page: checkPage, size: 10, sort: "at,desc" }));
    ledger.load(withQuery(`users/${part}/ledger`, { page: ledgerPage, size: 20 }));
    for (const one of all) one.refreshAfter(30_000);
  }

  page.refresh = () => all.forEach((one) => one.refresh());

  function draw() {
    const { id } = parameters();
    const { name, capacity, resource, point, leftAt } = user.data ?? {};
    const [action, leaving] = [`change ${id}`, `leave ${id}`];
    const mayChange = page.mayWrite && user.data && !leftAt;
    return [
      h("p", { class: "trail" }, h("a", { href: href({ view: "customers" }) }, t("customers"))),
      h("div", { class: "title" }, h("h1", { tabindex: -1 }, name ?? id),
        mayChange && h("button", {
          type: "button", class: "plain", disabled: isBusy(action), "data-act": "change", on: { click: () => changeCustomer(page, id) },
        }, t("change.button")),
        mayChange && h("button", {
          type: "button", class: "danger", disabled: isBusy(leaving), "data-act": "leave", on: { click: () => takeOffCustomer(page, user.data) },
        }, t("leave.button"))),
      outcome(action), outcome(leaving),
      failure(user),
      user.data && h("dl", { class: "facts figures" },
        h("dt", null, t("id")), h("dd", null, h("code", null, user.data.id ?? id)),
        h("dt", null, t("capacity")), h("dd", null, kilowatts(capacity)),
        resource && [h("dt", null, t("resource")), h("dd", null, h("code", null, resource))],
        h("dt", null, t("points")), h("dd", null, number(point)),
        leftAt && [h("dt", null, t("leftAt")), h("dd", null, when(leftAt))]),
      section("answers", t("answers"), responses, table({
        caption: t("answers"), rows: responses.rows("responses"), key: (row) => row.id,
        columns: responseColumns(page, responses.rows("responses"), { withOrder: true, withCustomer: false }),
        empty: responses.data ? undefined : t("loading"),
      })),
      section("checks", t("checks"), checks, checkTable(checks)),
      ...ledger.rows("ledger").filter(({ status }) => status).map(({ withdrawalId }) => outcome(nameOf(id, withdrawalId))),
      section("ledger", t("ledger"), ledger, ledgerTable(ledger, { answers: page.mayWrite && { page, id } })),
    ];
  }

  return { title: () => user.data?.name ?? t("customer"), load, draw };
}

const section = (id, title, resource, content) => h("section", { "aria-labelledby": id, key: id },
  h("h2", { id }, title), failure(resource), content, resource.data?.page && pager(resource.data.page, id));

function checkTable(checks) {
  return table({
    caption: t("checks"), rows: checks.rows("kepcos"), key: (row) => row.id ?? row.responseId ?? row.drId,
    columns: checkColumns({ withOrder: true, withCustomer: false }),
    empty: checks.data ? undefined : t("loading"),
  });
}

/** With `answers`, {page, id}, operators say what has become of the withdrawals that wait. */
export function ledgerTable(ledger, { linked = true, answers } = {}) {
  return table({
    caption: t("ledger"), rows: ledger.rows("ledger"),
    key: (row) => `${row.at} ${row.kind} ${row.responseId ?? row.drId ?? ""} ${row.balance}`,
    empty: ledger.data ? undefined : t("loading"),
    columns: [
      { name: "at", title: t("time"), cell: ({ at }) => when(at) },
      { name: "kind", title: t("kind"), cell: (row) => kindOf(row, answers) },
      { name: "dr", title: t("order"), wide: true, cell: ({ drId }) => (drId ? (linked ? orderLink(drId) : drId) : dash) },
      { name: "points", title: t("points"), class: "number", cell: ({ points }) => signed(points) },
      { name: "balance", title: t("balance"), class: "number", cell: ({ balance }) => number(balance) },
    ],
  });
}

/** What a change of points is, with the state of a withdrawal and what an operator can say of it. */
function kindOf({ kind, status, withdrawalId, reason, points }, answers) {
  if (!kind) return dash;
  if (kind === "adjustment" || kind === "give-back") return [t(`ledger.${kind}`), " ", h("span", { class: "quiet" }, reason)];
  if (!status) return t(`ledger.${kind}`);
  const state = [t(`ledger.${kind}`), " ", h("span", { class: "chip" }, t(`withdrawal.${status}`))];
  if (status !== "requested" || !answers) return state;
  const { page, id } = answers;
  const disabled = isBusy(nameOf(id, withdrawalId));
  const button = (act, label) => [" ", h("button", {
    type: "button", class: "plain small", disabled, "data-act": act.name, on: { click: () => act(page, id, withdrawalId, -points) },
  }, label)];
  return [...state, button(confirmWithdrawal, t("withdrawal.confirm")), button(failWithdrawal, t("withdrawal.fail"))];
}
