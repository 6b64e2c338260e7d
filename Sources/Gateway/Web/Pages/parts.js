// What several views show of orders, answers and errors.

import { command, isBusy, outcome } from "./actions.js";
import { get, pathOf, segment, serverNow } from "./api.js";
import { answerBar, answerTable } from "./bars.js";
import { askFields, confirmTyped } from "./dialog.js";
import { h } from "./dom.js";
import { dash, day, duration, energy, fromInput, kilowatts, moment, number, percent, power, toInput, when, zoneName } from "./format.js";
import { isRunning, lately } from "./model.js";
import { href } from "./router.js";
import { table } from "./tables.js";
import { t } from "./texts.js";

export const orderLink = (id, text, attributes) => h("a", { href: href({ view: "order", id }), ...attributes }, text ?? id);
export const customerLink = (id, text) => h("a", { href: href({ view: "customer", id }) }, text ?? id);

export function failure(resource) {
  const { error } = resource;
  if (!error) return undefined;
  return h("p", { class: "complaint", role: "alert" }, t("failed", { reason: error.message }), " ",
    h("button", { type: "button", class: "plain small", on: { click: () => resource.refresh() } }, t("again")));
}

/** Why there is no live stream: what the gateway has said, or what is told of the connection. */
export const streamReason = (reason) => (reason === "closed" || reason === "silent" ? t(`live.${reason}`) : reason);

export const answerName = (answer) => ({ accept: t("accepted"), deny: t("denied"), ignore: t("silent") })[answer] ?? answer;
export const answerMark = (answer) => h("span", { class: `mark ${answer}` }, answerName(answer));

/** Who had accepted and has not really reduced counts as denied after the check: those that remain have not been checked, or are real. */
export const toCheck = ({ accepted = 0, checked = 0, real = 0 } = {}) => checked + Math.max(0, accepted - real);
export const isMeasured = ({ counts: { accepted = 0, real = 0 } = {} }) => accepted <= real;

/** planned, running, overdue (its end is past, and it has not been ended yet), measuring, settled */
export function phaseOf(order, now = serverNow()) {
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
  const action = `end ${order.id}`;
  return h("article", { class: `order ${phase}${isChosen ? " chosen" : ""}`, key: order.id, "data-order": order.id },
    h("header", null,
      h(heading, { tabindex: heading === "h1" ? -1 : undefined }, linked ? orderLink(order.id, order.name) : order.name),
      h("p", { class: "about" }, h("span", { class: `chip ${phase}` }, t(`phase.${phase}`)), " ",
        order.type, " ", h("code", null, order.id)),
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
    // One that has not begun cannot be ended.
    page.mayWrite && (order._links?.end || !order._links) && isRunning(order) && phase !== "planned" && h("p", { class: "buttons" },
      h("button", {
        type: "button", class: "danger", disabled: isBusy(action), "data-act": "end", on: { click: () => endOrder(order) },
      }, t("end.button"))),
    outcome(action));
}

/** Orders, a row each; sorted by the gateway where `sort` is given. */
export function orderTable(rows, { caption, empty, sort, onSort }) {
  return table({
    caption, rows, empty, sort, onSort, key: (order) => order.id,
    columns: [
      { name: "name", title: t("order"), sort: sort && "name", isHead: true, cell: (order) => orderLink(order.id, order.name) },
      { name: "from", title: t("startsAt"), sort: sort && "startsAt", first: "desc", wide: true, cell: ({ startsAt }) => when(startsAt, { seconds: false }) },
      { name: "at", title: t("endedAt"), cell: (order) => (order.endedAt ? when(order.endedAt, { seconds: false }) : dash) },
      { name: "phase", title: t("phase"), cell: (order) => h("span", { class: `chip ${phaseOf(order)}` }, t(`phase.${phaseOf(order)}`)) },
      { name: "accepted", title: t("accepted"), class: "number", cell: ({ counts, capacity }) => [number(counts?.accepted), h("span", { class: "wide" }, " · ", power(capacity?.accepted))] },
      { name: "checked", title: t("checked"), class: "number wide", cell: ({ counts }) => number(counts?.checked) },
      { name: "real", title: t("real"), class: "number wide", cell: ({ counts }) => number(counts?.real) },
    ],
  });
}

async function endOrder(order) {
  const { counts = {}, capacity = {} } = order;
  const confirmed = await confirmTyped({
    title: t("end.title", { name: order.name }), word: order.name, label: t("end.button"), isDanger: true,
    facts: [
      [t("order"), `${order.name} (${order.id})`],
      [t("plannedEnd"), order.endsAt ? when(order.endsAt) : t("none")],
      [t("accepted"), `${number(counts.accepted)} · ${power(capacity.accepted)}`],
      [t("silent"), `${number(counts.silent)} · ${power(capacity.silent)}`],
      [t("effect"), t("end.effect")],
    ],
  });
  if (!confirmed) return;
  await command(`end ${order.id}`, t("end.label", { name: order.name }), "PUT", `drs/${segment(order.id)}/end`);
}

const hour = 3_600_000;
/** As the context has them: when an order may begin, and how long it may run. */
const [pastLimit, aheadLimit, lengthLimit] = [7, 90, 7].map((days) => days * 24 * hour);

/** Asks for an order, shows what it is going to do, and starts it when its name has been typed again. */
export async function startOrder() {
  const now = serverNow();
  const quarter = Math.ceil((now + 60_000) / (hour / 4)) * (hour / 4);
  const values = await askFields({
    title: t("start.title"), intro: t("start.intro"), label: t("start.next"),
    fields: [
      { name: "name", label: t("name"), required: true, maxlength: 200 },
      { name: "type", label: t("type"), required: true, maxlength: 50, list: ["reliable", "economy", "emergency", "test"] },
      { name: "startsAt", label: `${t("start.startsAt")} (${zoneName()})`, type: "datetime-local", hint: t("start.startsAtHint") },
      { name: "endsAt", label: `${t("start.endsAt")} (${zoneName()})`, type: "datetime-local", hint: t("start.endsAtHint"), value: toInput(quarter + hour) },
      { name: "id", label: t("start.id"), maxlength: 100, hint: t("start.idHint") },
    ],
    check({ startsAt, endsAt, id }) {
      const start = moment(fromInput(startsAt)) ?? serverNow();
      const end = moment(fromInput(endsAt));
      if (start < serverNow() - pastLimit || start > serverNow() + aheadLimit) return t("start.tooFar");
      if (end && end <= start) return t("start.endFirst");
      if (end && end <= serverNow()) return t("start.endPast");
      if (end && end - start > lengthLimit) return t("start.tooLong");
      if (/[./\u0000-\u001f]/.test(id)) return t("start.badId");
      return undefined;
    },
  });
  if (!values) return;
  let asked;
  try {
    asked = (await get("users?size=1")).page?.totalElements;
  } catch {
    // The number is for the reader alone.
  }
  const startsAt = fromInput(values.startsAt);
  const endsAt = fromInput(values.endsAt);
  const confirmed = await confirmTyped({
    title: t("start.confirm", { name: values.name }), word: values.name, label: t("start.button"),
    facts: [
      [t("name"), values.name],
      [t("type"), values.type],
      [t("start.startsAt"), startsAt ? when(startsAt) : t("start.now")],
      [t("start.endsAt"), endsAt ? `${when(endsAt)} (${duration(moment(endsAt) - (moment(startsAt) ?? serverNow()), { seconds: false })})` : t("start.byHand")],
      [t("start.asks"), asked === undefined ? t("start.everybody") : t("start.customers", { n: number(asked) })],
    ],
  });
  if (!confirmed) return;
  const body = { name: values.name, type: values.type, startsAt, endsAt, id: values.id || undefined, status: "running" };
  await command("start", t("start.label", { name: values.name }), "POST", "drs/startdr", body);
}

/** The buttons that answer for a customer who has been called, where that is still possible. */
export function answerButtons(page, response) {
  const action = `answer ${response.id}`;
  const give = (answer) => command(action, t("answerFor", { name: response.userName ?? response.userId, answer: answerName(answer) }),
    "PUT", pathOf(response._links[answer].href)).then(() => page.refresh?.());
  const button = (answer, label) => response._links?.[answer] && response.answer !== answer
    && h("button", {
      type: "button", class: "small plain", disabled: isBusy(action), on: { click: () => give(answer) },
      "aria-label": `${label}: ${response.userName ?? response.userId}`,
    }, label);
  return h("div", { class: "row" }, page.mayWrite && [button("accept", t("accept")), button("deny", t("deny"))], outcome(action));
}

/** The columns of answers, wherever they are listed; `sorts` are those by which the gateway sorts this list. */
export function responseColumns(page, rows, { withOrder = false, withCustomer = true, sorts = [] } = {}) {
  const isOpen = rows.some(({ _links }) => _links?.accept || _links?.deny);
  return [
    withOrder && { name: "dr", title: t("order"), isHead: true, cell: ({ drId }) => orderLink(drId) },
    withCustomer && {
      name: "user", title: t("customer"), isHead: true,
      cell: ({ userId, userName }) => customerLink(userId, userName ?? userId),
    },
    withCustomer && { name: "id", title: t("id"), sort: "userId", wide: true, cell: ({ userId }) => h("code", null, userId) },
    { name: "answer", title: t("answer"), cell: ({ answer }) => answerMark(answer) },
    {
      name: "capacity", title: t("capacity"), sort: "userCapacity", first: "desc", class: "number",
      cell: ({ userCapacity }) => kilowatts(userCapacity),
    },
    {
      name: "at", title: t("answeredAt"), wide: true,
      cell: ({ answeredAt }) => (answeredAt ? when(answeredAt) : dash),
    },
    page.mayWrite && isOpen && { name: "act", title: t("record"), cell: (response) => answerButtons(page, response) },
  ].filter(Boolean).map(({ sort, ...column }) => (sorts.includes(sort) ? { ...column, sort } : column));
}

/** The reference days of a check: dates, or objects that say of each whether it was used and why not. */
function dayList(days) {
  if (!days?.length) return dash;
  return h("ul", { class: "days" }, days.map((one) => {
    if (typeof one === "string") return h("li", null, one);
    const isDropped = one.used === false || Boolean(one.dropped);
    return h("li", { class: isDropped ? "dropped" : undefined }, one.day ?? one.date ?? day(one.at),
      one.wh !== undefined && ` ${energy(one.wh)}`, isDropped && ` – ${one.reason ?? one.dropped}`);
  }));
}

export function checkColumns({ withOrder = false, withCustomer = true } = {}) {
  return [
    withOrder && { name: "dr", title: t("order"), isHead: true, cell: ({ drId }) => orderLink(drId) },
    withCustomer && {
      name: "user", title: t("customer"), isHead: true,
      cell: ({ userId, userName }) => customerLink(userId, userName ?? userId),
    },
    {
      name: "real", title: t("real"), cell: ({ isReal, reason }) => [
        h("span", { class: `mark ${isReal ? "accept" : "deny"}` }, isReal ? t("yes") : t("no")), reason && ` ${reason}`],
    },
    ...["baselineWh", "usedWh", "reducedWh"].map((name) => ({
      name, title: t(name.replace("Wh", "")), class: "number", wide: name !== "reducedWh", cell: (row) => energy(row[name]),
    })),
    { name: "points", title: t("points"), class: "number", cell: ({ adjustPoint }) => number(adjustPoint) },
    {
      name: "how", title: t("how"), cell: (row) => h("details", null,
        h("summary", null, t("daysUsed", { n: row.days?.length ?? 0 })), h("p", null, row.method ?? dash), dayList(row.days)),
    },
  ].filter(Boolean);
}
