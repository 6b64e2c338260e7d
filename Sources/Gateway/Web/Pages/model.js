// What is shown live, and what an event makes of it. No clock, no network: the time comes in. Every change makes a new
// model, so that a paused page can continue showing the old one.

const feedLimit = 200;
const endedLimit = 5;
const historyMs = 60_000;

export const emptyModel = () => ({ asOf: undefined, orders: new Map(), running: undefined, health: undefined, feed: [], omitted: 0, changes: 0 });

/** `event` is {type, data, at}: at is when it was received. */
export function apply(model, { type, data, at }) {
  const next = { ...model, changes: model.changes + 1 };
  if (type === "beat") return { ...next, changes: model.changes };
  next.asOf = data?.asOf ?? data?.view?.asOf ?? at;
  if (type === "snapshot") applySnapshot(next, model, data, at);
  else if (type === "order") next.orders = keepLastEnded(withOrder(model.orders, data, at));
  else if (type === "unwatched") next.orders = without(model.orders, data);
  else if (type === "running") next.running = data.running;
  else if (type === "sample") applySample(next, model, data, at);
  else if (type === "health") next.health = data.health ?? data;
  return next;
}

function applySnapshot(next, model, data, at) {
  next.orders = new Map();
  for (const order of data.drs ?? []) {
    const before = model.orders.get(order.id);
    next.orders.set(order.id, merged(before, order, at));
  }
  if (data.health) next.health = data.health;
  next.running = data.running;
  // A snapshot in place of a replay: what happened in between was not told.
  if (model.asOf !== undefined) next.feed = [{ kind: "gap", from: model.asOf, at: next.asOf }, ...model.feed].slice(0, feedLimit);
}

function withOrder(orders, order, at) {
  const next = new Map(orders);
  next.set(order.id, merged(orders.get(order.id), order, at));
  return next;
}

/** It runs on, and nothing more is told of it: others have begun since. */
function without(orders, { id }) {
  const next = new Map(orders);
  next.delete(id);
  return next;
}

function merged(before, order, at) {
  const { accepted = 0, denied = 0, asked = 0 } = order.counts ?? {};
  const old = before?.history ?? [];
  const history = old.length > 0 && at - old.at(-1).at < 1000 ? old : [...old, { at, accepted, denied, asked }];
  return {
    ...order,
    quarters: order.quarters ?? before?.quarters,
    history: history.filter((point) => at - point.at <= historyMs),
  };
}

/** How many were asked and answered in the last minute, or since the page is open. */
export function lately(order, now) {
  const from = order.history?.find((point) => now - point.at <= historyMs);
  if (!from) return { asked: 0, accepted: 0, denied: 0 };
  const { asked = 0, accepted = 0, denied = 0 } = order.counts ?? {};
  return { asked: asked - from.asked, accepted: accepted - from.accepted, denied: denied - from.denied };
}

export const isCancelled = (order) => order.status === "cancelled";
export const isRunning = (order) => order.status !== "end" && !isCancelled(order) && !order.endedAt;
const endOf = (order) => order.endedAt ?? order.cancelledAt ?? order.endsAt ?? "";

function keepLastEnded(orders) {
  const ended = [...orders.values()].filter((order) => !isRunning(order))
    .sort((one, other) => (endOf(one) < endOf(other) ? 1 : -1));
  for (const order of ended.slice(endedLimit)) orders.delete(order.id);
  return orders;
}

function applySample(next, model, { events = [], omitted = 0 }, at) {
  const lines = events.map((event) => ({ ...event, kind: "event" })).reverse();
  let feed = model.feed;
  next.omitted = model.omitted + omitted;
  if (omitted > 0) {
    const last = feed[0];
    if (lines.length === 0 && last?.kind === "omitted") feed = [{ ...last, count: last.count + omitted, at }, ...feed.slice(1)];
    else lines.unshift({ kind: "omitted", count: omitted, at });
  }
  next.feed = [...lines, ...feed].slice(0, feedLimit);
}

/**
 * Orders that have not ended: those that have begun before those that have not, what ends next at the top. And those that have
 * ended, the last one first.
 */
export function sortedOrders(model, now) {
  const all = [...model.orders.values()];
  const rank = (order) => `${Date.parse(order.startsAt) > now ? 1 : 0} ${order.endsAt ?? "9999"}`;
  const running = all.filter(isRunning).sort((one, other) => rank(one).localeCompare(rank(other)));
  const ended = all.filter((order) => !isRunning(order)).sort((one, other) => endOf(other).localeCompare(endOf(one)));
  return { running, ended };
}
