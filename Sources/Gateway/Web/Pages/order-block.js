// An order as it stands: its phase, its time, its answers; and its end or its cancellation by hand.

import { command, isBusy, outcome } from "./actions.js";
import { segment, serverNow } from "./api.js";
import { answerBar, answerTable } from "./bars.js";
import { compliance } from "./by-resource.js";
import { confirmTyped } from "./dialog.js";
import { h } from "./dom.js";
import { given } from "./failure.js";
import { dash, duration, energy, moment, number, percent, power, when } from "./format.js";
import { isCancelled, isRunning, lately } from "./model.js";
import { href } from "./router.js";
import { table } from "./tables.js";
import { t } from "./texts.js";

export const orderLink = (id, text, attributes) => h("a", { href: href({ view: "order", id }), ...attributes }, text ?? id);

/** Who had accepted and has not really reduced counts as denied after the check: those that remain have not been checked, or are real. */
export const toCheck = ({ accepted = 0, checked = 0, real = 0 } = {}) => checked + Math.max(0, accepted - real);
/** Of what is cancelled nothing is measured. */
export const isMeasured = (order) => isCancelled(order) || (order.counts?.accepted ?? 0) <= (order.counts?.real ?? 0);

/** planned, running, overdue (its end is past, and it has not been ended yet), measuring, settled, cancelled */
export function phaseOf(order, now = serverNow()) {
  if (isCancelled(order)) return "cancelled";
  if (!isRunning(order)) {
    return isMeasured(order) ? "settled" : "measuring";
  }
  if (moment(order.startsAt) > now) return "planned";
  return order.endsAt && moment(order.endsAt) < now ? "overdue" : "running";
}

function countdown(order, now) {
  const phase = phaseOf(order, now);
  const startsAt = moment(order.startsAt);
  const endsAt = moment(order.endsAt);
  const line = (label, time, at) => h("p", { class: `countdown ${phase}` },
    h("span", { class: "quiet" }, label), " ", h("span", { class: "clock" }, time), " ",
    at && h("span", { class: "quiet" }, t("at", { time: when(at, { seconds: false, now }) })));
  if (phase === "planned") return line(t("startsIn"), duration(startsAt - now), startsAt);
  if (phase === "overdue") return line(t("overdueBy"), duration(now - endsAt), endsAt);
  if (phase === "cancelled") return line(t("cancelledAt"), when(order.cancelledAt, { seconds: false, now }));
  if (phase !== "running") return line(t("endedAt"), when(order.endedAt ?? order.endsAt, { seconds: false, now }));
  if (endsAt) return line(t("endsIn"), duration(endsAt - now), endsAt);
  return line(t("runsFor"), startsAt ? duration(now - startsAt) : dash);
}

/** How far an order's time has come. */
function progress(order, now) {
  const startsAt = moment(order.startsAt);
  const endsAt = moment(order.endsAt);
  if (phaseOf(order, now) !== "running" || !startsAt || !endsAt) return undefined;
  const value = Math.min(1, Math.max(0, (now - startsAt) / (endsAt - startsAt)));
  return h("progress", { max: 1, value: value.toFixed(3), "aria-label": t("progress") });
}

export function orderBlock(page, order, { heading = "h3", isChosen = false, linked = true } = {}) {
  const now = serverNow();
  const phase = phaseOf(order, now);
  const { counts = {}, capacity = {}, reduction } = order;
  const [ending, cancelling] = [`end ${order.id}`, `cancel ${order.id}`];
  const mayDo = (link) => page.mayWrite && (order._links?.[link] || !order._links) && isRunning(order);
  const act = (name, action, give) => h("button", {
    type: "button", class: "danger", disabled: isBusy(action), "data-act": name, on: { click: () => give(order) },
  }, t(`${name}.button`));
  return h("article", { class: `order ${phase}${isChosen ? " chosen" : ""}`, key: order.id, "data-order": order.id },
    h("header", null,
      h(heading, { tabindex: heading === "h1" ? -1 : undefined }, linked ? orderLink(order.id, order.name) : order.name),
      h("p", { class: "about" }, h("span", { class: `chip ${phase}` }, t(`phase.${phase}`)), " ",
        order.test && [h("span", { class: "mark" }, t("start.test")), " "], order.type, " ", h("code", null, order.id)),
      countdown(order, now), progress(order, now)),
    answerBar(capacity),
    h("p", { class: "headline" }, t("acceptedOf", {
      part: power(capacity.accepted, capacity.asked), whole: power(capacity.asked), share: percent(capacity.accepted, capacity.asked),
    })),
    h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": t("answersOf", { name: order.name }) },
      answerTable(order, { moving: isRunning(order) ? lately(order, now) : undefined })),
    (counts.checked > 0 || phase === "measuring") && h("p", { class: "reduction" },
      t("checkedOf", { n: number(counts.checked), of: number(toCheck(counts)), real: number(counts.real) }),
      counts.checked > counts.real && [" · ", t("notReal", { n: number(counts.checked - counts.real) })],
      reduction && [" · ", t("reducedSum", {
        reduced: energy(reduction.reducedWh), baseline: energy(reduction.baselineWh), points: number(reduction.points),
      })]),
    compliance(order) && h("p", { class: "compliance", title: order.isForecast ? t("compliance.forecast") : undefined },
      t("compliance.is", { percent: compliance(order) })),
    phase === "cancelled" && order.reason && h("p", { class: "quiet" }, given(order.reason)),
    (mayDo("end") || mayDo("cancel")) && h("p", { class: "buttons" },
      // One that has not begun is withdrawn.
      mayDo("end") && phase !== "planned" && act("end", ending, endOrder),
      mayDo("cancel") && act("cancelOrder", cancelling, cancelOrder)),
    outcome(ending), outcome(cancelling));
}

/** Orders, a row each; sorted by the gateway where `sort` is given. */
export function orderTable(rows, { caption, empty, sort, onSort }) {
  return table({
    caption, rows, empty, sort, onSort, key: (order) => order.id,
    columns: [
      { name: "name", title: t("order"), sort: sort && "name", isHead: true, cell: (order) => orderLink(order.id, order.name) },
      { name: "from", title: t("startsAt"), sort: sort && "startsAt", first: "desc", wide: true, cell: ({ startsAt }) => when(startsAt, { seconds: false }) },
      { name: "at", title: t("endedAt"), cell: ({ endedAt, cancelledAt }) => (endedAt ?? cancelledAt ? when(endedAt ?? cancelledAt, { seconds: false }) : dash) },
      { name: "phase", title: t("phase"), cell: (order) => h("span", { class: `chip ${phaseOf(order)}` }, t(`phase.${phaseOf(order)}`)) },
      { name: "accepted", title: t("accepted"), class: "number", cell: ({ counts, capacity }) => [number(counts?.accepted), h("span", { class: "wide" }, " · ", power(capacity?.accepted))] },
      { name: "checked", title: t("checked"), class: "number wide", cell: ({ counts }) => number(counts?.checked) },
      { name: "real", title: t("real"), class: "number wide", cell: ({ counts }) => number(counts?.real) },
      { name: "reduced", title: t("reduced"), class: "number wide", cell: ({ counts, reduction }) => (counts?.checked > 0 ? energy(reduction?.reducedWh) : dash) },
      { name: "compliance", title: t("compliance"), class: "number wide", cell: (order) => compliance(order) ?? share(order) },
      { name: "won", title: t("won"), class: "number wide", cell: ({ ownWon }) => (ownWon === undefined ? dash : number(ownWon)) },
    ],
  });
}

/** Where the gateway says no compliance: what has been reduced of what was ordered; while some are not checked, as a share that may grow yet. */
function share(order) {
  const { quantity, reduction, counts = {} } = order;
  const hours = (moment(order.endedAt) - moment(order.startsAt)) / 3_600_000;
  if (!quantity || !order.endedAt || !(hours > 0) || !counts.checked || !reduction) return dash;
  return `${isMeasured(order) ? "" : "≥ "}${percent(reduction.reducedWh, quantity * hours)}`;
}

async function endOrder(order) {
  if (!await confirmed(order, "end")) return;
  await command(`end ${order.id}`, t("end.label", { name: order.name }), "PUT", `drs/${segment(order.id)}/end`);
}

async function cancelOrder(order) {
  if (!await confirmed(order, "cancelOrder")) return;
  await command(`cancel ${order.id}`, t("cancelOrder.label", { name: order.name }), "DELETE", `drs/${segment(order.id)}`);
}

/** Shows what is going to be done with an order; whether its name has been typed again. */
function confirmed(order, what) {
  const { counts = {}, capacity = {} } = order;
  return confirmTyped({
    title: t(`${what}.title`, { name: order.name }), word: order.id, label: t(`${what}.button`), isDanger: true,
    facts: [
      [t("order"), `${order.name} (${order.id})`],
      [t("plannedEnd"), order.endsAt ? when(order.endsAt) : t("none")],
      [t("accepted"), `${number(counts.accepted)} · ${power(capacity.accepted)}`],
      [t("silent"), `${number(counts.silent)} · ${power(capacity.silent)}`],
      [t("effect"), t(`${what}.effect`)],
    ],
  });
}
