// What was reduced, as it was measured, and against which days.

import { customerLink } from "./answers.js";
import { h } from "./dom.js";
import { clock, dash, day, energy, number } from "./format.js";
import { given } from "./failure.js";
import { orderLink } from "./order-block.js";
import { t } from "./texts.js";

/** The reference days of a check: dates, or objects that say of each whether it was used and why not. */
function dayList(days) {
  if (!days?.length) return dash;
  return h("ul", { class: "days" }, days.map((one) => {
    if (typeof one === "string") return h("li", null, one);
    const isDropped = one.used === false || Boolean(one.dropped);
    return h("li", { class: isDropped ? "dropped" : undefined }, one.day ?? one.date ?? day(one.at),
      one.wh !== undefined && ` ${energy(one.wh)}`, isDropped && [" – ", given(one.reason ?? one.dropped)]);
  }));
}

/** The reference days, and those that were looked at and not used. */
function allDays({ days = [], notUsed = [] }) {
  return [...days, ...notUsed.map(({ day: date, why }) => ({ day: date, used: false, reason: why }))];
}

/** By which kind of order of which market it was done, or why by none. */
function rules({ kind, market, resourceMethod, bySettings }) {
  return [
    kind && h("p", { class: "quiet" }, t("byKind", { kind, n: market })),
    resourceMethod && h("p", { class: "quiet" }, t("byResourceMethod", { method: resourceMethod })),
    bySettings && h("p", { class: "quiet" }, t("bySettings"), " ", given(bySettings)),
  ].filter(Boolean);
}

/** Quarter hours that count in the check of another order: each is paid once. */
function elsewhere({ countedFor = [] }) {
  return countedFor.map(({ drId, startsAt, endsAt }) => h("p", { class: "quiet" },
    t("countedFor", { dr: drId, from: `${day(startsAt)} ${clock(startsAt, false)}`, to: clock(endsAt, false) })));
}

/** That readings which came later have changed a check, and how often. */
export const corrected = (version) => version > 1 && h("p", { class: "quiet" }, t("corrected", { n: version }));

export function checkColumns({ withOrder = false, withCustomer = true } = {}) {
  return [
    withOrder && { name: "dr", title: t("order"), isHead: true, cell: ({ drId }) => orderLink(drId) },
    withCustomer && {
      name: "user", title: t("customer"), isHead: true,
      cell: ({ userId, userName }) => customerLink(userId, userName ?? userId),
    },
    {
      name: "real", title: t("real"), cell: ({ isReal, reason, version }) => [
        h("span", { class: `mark ${isReal ? "accept" : "deny"}` }, isReal ? t("yes") : t("no")), " ", given(reason), corrected(version)],
    },
    ...["baselineWh", "usedWh", "reducedWh"].map((name) => ({
      name, title: t(name.replace("Wh", "")), class: "number", wide: name !== "reducedWh", cell: (row) => energy(row[name]),
    })),
    { name: "points", title: t("points"), class: "number", cell: ({ adjustPoint }) => number(adjustPoint) },
    {
      name: "how", title: t("how"), cell: (row) => h("details", null,
        h("summary", null, t("daysUsed", { n: row.days?.length ?? 0 })), h("p", null, given(row.method ?? dash)), ...rules(row), ...elsewhere(row),
        dayList(allDays(row))),
    },
  ].filter(Boolean);
}
