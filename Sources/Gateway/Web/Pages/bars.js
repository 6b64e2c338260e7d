// Bars and the quarter-hour chart, as SVG. What they show stands beside them as text or as a table too.

import { h, s } from "./dom.js";
import { clock, energy, inUnitOf, number, percent, unitOf } from "./format.js";
import { t } from "./texts.js";

export const answers = ["accepted", "denied", "silent"];

/** How an order's capacity has answered, as one bar. */
export function answerBar(amounts) {
  const whole = answers.reduce((sum, name) => sum + Math.max(0, amounts?.[name] ?? 0), 0);
  const parts = [];
  let x = 0;
  for (const name of answers) {
    const width = whole > 0 ? (100 * Math.max(0, amounts[name] ?? 0)) / whole : 0;
    parts.push(s("rect", { class: `bar-${name}`, x: x.toFixed(2), y: 0, width: width.toFixed(2), height: 10 }));
    x += width;
  }
  const label = answers.map((name) => `${t(name)} ${percent(amounts?.[name] ?? 0, whole)}`).join(", ");
  return s("svg", { class: "answers", viewBox: "0 0 100 10", preserveAspectRatio: "none", role: "img", "aria-label": label },
    s("rect", { class: "bar-none", x: 0, y: 0, width: 100, height: 10 }), parts);
}

/** A share of a column's largest value. */
export function smallBar(value, largest) {
  const width = largest > 0 ? Math.max(0, Math.min(100, (100 * value) / largest)) : 0;
  return s("svg", { class: "share", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
    s("rect", { class: "bar-value", x: 0, y: 0, width: width.toFixed(2), height: 10 }));
}

const size = { width: 640, height: 190, left: 8, right: 8, top: 12, bottom: 22 };

/**
 * Load against baseline and target, a quarter hour a column. `targetWh` is what is to be reduced in one, where that does not
 * say itself what its target is.
 */
export function quarterChart(quarters, targetWh) {
  if (!quarters?.length) return undefined;
  const values = quarters.flatMap((one) => [one.baselineMilliWh, one.usedMilliWh]).filter((one) => typeof one === "number");
  if (values.length === 0) return h("p", { class: "quiet" }, t("noReadings"));
  const largest = Math.max(...values, 1);
  const columns = quarters.length;
  const step = (size.width - size.left - size.right) / columns;
  const floor = size.height - size.bottom;
  const y = (value) => floor - ((floor - size.top) * Math.max(0, value)) / largest;
  const goal = ({ baselineMilliWh, targetMilliWh }) =>
    (Number.isFinite(targetMilliWh) ? targetMilliWh : targetWh > 0 ? baselineMilliWh - targetWh * 1000 : undefined);
  const marks = [];
  const baseline = [];
  const target = [];
  const every = Math.ceil(columns / 12);
  quarters.forEach((one, index) => {
    const x = size.left + index * step;
    const line = (value) => `M${x.toFixed(1)} ${y(value).toFixed(1)}H${(x + step).toFixed(1)}`;
    if (typeof one.usedMilliWh === "number") {
      marks.push(s("rect", {
        class: "used", x: (x + step * 0.1).toFixed(1), width: (step * 0.8).toFixed(1), y: y(one.usedMilliWh).toFixed(1),
        height: (floor - y(one.usedMilliWh)).toFixed(1),
      }));
    }
    if (typeof one.baselineMilliWh === "number") {
      baseline.push(line(one.baselineMilliWh));
      if (goal(one) !== undefined) target.push(line(Math.max(0, goal(one))));
    }
    if (index % every === 0) {
      marks.push(s("text", { x: (x + step / 2).toFixed(1), y: size.height - 6, "text-anchor": "middle" }, clock(one.at, false)));
    }
  });
  return h("figure", { class: "chart" },
    h("figcaption", null, t("chart"), " ",
      h("span", { class: "key used" }, t("used")), " ", h("span", { class: "key baseline" }, t("baseline")), " ",
      target.length > 0 && h("span", { class: "key target" }, t("target"))),
    s("svg", { viewBox: `0 0 ${size.width} ${size.height}`, role: "img", "aria-label": t("chartLabel") },
      s("path", { class: "axis", d: `M${size.left} ${floor}H${size.width - size.right}` }),
      marks,
      s("path", { class: "baseline", d: baseline.join("") || "M0 0" }),
      target.length > 0 && s("path", { class: "target", d: target.join("") })),
    h("details", null, h("summary", null, t("asTable")),
      h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": t("chart") },
        h("table", null,
          h("thead", null, h("tr", null, h("th", { scope: "col" }, t("time")),
            (target.length > 0 ? ["baseline", "target", "used", "reduced"] : ["baseline", "used", "reduced"]).map((name) => h("th", { scope: "col", class: "number" }, t(name))))),
          h("tbody", null, quarters.map((one) => h("tr", null,
            h("td", null, clock(one.at, false)),
            h("td", { class: "number" }, milli(one.baselineMilliWh)),
            target.length > 0 && h("td", { class: "number" }, milli(typeof one.baselineMilliWh === "number" ? goal(one) : undefined)),
            h("td", { class: "number" }, milli(one.usedMilliWh)),
            h("td", { class: "number" }, milli(difference(one))))))))));
}

const difference = ({ baselineMilliWh, usedMilliWh }) =>
  (typeof baselineMilliWh === "number" && typeof usedMilliWh === "number" ? baselineMilliWh - usedMilliWh : undefined);
const milli = (value) => (typeof value === "number" ? energy(value / 1000) : energy(undefined));

/** Counts and capacities of an order, a column an answer. */
export function answerTable(order, { moving, wide = true } = {}) {
  const { counts = {}, capacity = {} } = order;
  const names = ["asked", ...answers];
  const change = (name) => (moving?.[name] > 0
    ? h("span", { class: "moving" }, `+${number(moving[name])}`, h("span", { class: "wide" }, t("lastMinute")))
    : undefined);
  return h("table", { class: "answer-table" },
    h("caption", { class: "unseen" }, t("answersOf", { name: order.name })),
    h("thead", null, h("tr", null, h("td", null),
      names.map((name) => h("th", { scope: "col", class: `number ${name}` }, t(name))))),
    h("tbody", null,
      h("tr", null, h("th", { scope: "row" }, t("customers")),
        names.map((name) => h("td", { class: "number", "data-count": name },
          h("span", { class: "figure" }, number(counts[name])), change(name)))),
      h("tr", null, h("th", { scope: "row" }, t("capacity"), " ", unitOf(capacity.asked)),
        names.map((name) => h("td", { class: "number" }, inUnitOf(capacity[name], capacity.asked)))),
      wide && h("tr", { class: "shares" }, h("th", { scope: "row" }, t("share")),
        names.map((name) => h("td", { class: "number" }, name === "asked" ? "" : percent(capacity[name], capacity.asked))))));
}
