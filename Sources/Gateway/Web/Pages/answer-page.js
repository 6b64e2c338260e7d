// The page behind a notice's link: what is asked, and one press that answers it. The token is what stands behind the #,
// which browsers send nobody; from here it goes into the bodies of requests, and nowhere else.

import { h, show } from "./dom.js";
import { when, zoneName } from "./format.js";
import { language, speak, t } from "./texts.js";

const token = location.hash.slice(1);
const main = document.getElementById("main");
const state = { order: undefined, isGone: false, failure: undefined, isBusy: false };

async function post(path, fields) {
  const response = await fetch(path, {
    method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ link: token, ...fields }), cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer",
  });
  return { status: response.status, body: await response.json().catch(() => ({})) };
}

/** Looks what stands there. */
async function look() {
  const { status, body } = await post("answer/order");
  if (status === 404 || status === 410) state.isGone = true;
  else if (status === 200) state.order = body;
  else throw new Error(body.detail ?? String(status));
  if (state.order) speak(state.order.language);
}

async function answer(word) {
  const { status, body } = await post("answer", { answer: word });
  if (status === 200) {
    state.order = body;
    return;
  }
  // It was answered or has ended meanwhile, or is on its way: what stands there counts.
  for (let tries = 0; tries < (status === 202 ? 15 : 1); tries += 1) {
    if (tries > 0) await new Promise((resolve) => setTimeout(resolve, 1000));
    await look();
    if (state.isGone || state.order.state !== "open") return;
  }
  throw new Error(body.detail ?? t("link.pending"));
}

async function act(step) {
  state.isBusy = true;
  state.failure = undefined;
  draw();
  try {
    await step();
  } catch (error) {
    state.failure = error instanceof TypeError ? t("offline") : error.message;
  }
  state.isBusy = false;
  draw();
  main.querySelector("h1")?.focus();
}

const heading = (text) => h("h1", { tabindex: "-1" }, text);

function facts(order) {
  const time = (value) => h("time", { datetime: value }, when(value, { seconds: false }));
  return h("dl", { class: "facts" },
    h("dt", {}, t("link.from")), h("dd", {}, time(order.startsAt), ` ${zoneName()}`),
    h("dt", {}, t("link.to")), h("dd", {}, order.endsAt ? [time(order.endsAt), ` ${zoneName()}`] : t("home.untilEnded")),
    h("dt", {}, t("link.order")), h("dd", {}, h("code", {}, order.drId)));
}

function press(word, text, kind) {
  return h("button", { class: `answer ${kind}`, key: word, "data-answer": word, disabled: state.isBusy,
    on: { click: () => act(() => answer(word)) } }, text);
}

function openOrder(order) {
  return [
    heading(t("link.asked")), facts(order),
    h("div", { class: "buttons" }, press("accept", t("home.accept"), "yes"), press("deny", t("home.deny"), "no")),
    h("p", { class: "hint" }, t("link.once")),
  ];
}

function otherOrder(order) {
  const mark = { answered: order.answer === "accept" ? "done" : "", over: "", withdrawn: "" }[order.state];
  const title = { answered: `link.${order.answer}`, over: "link.over", withdrawn: "link.withdrawn" }[order.state];
  return [
    heading(t(title)), facts(order),
    order.answer !== "ignore" && h("p", { class: `outcome ${mark}` },
      t(`link.was.${order.answer}`, { time: when(order.answeredAt, { seconds: false }) })),
    order.state === "answered" && h("p", { class: "hint" }, t("link.change")),
  ];
}

function content() {
  if (state.isGone || !token) return [heading(t("link.gone")), h("p", {}, t("link.goneHint"))];
  if (!state.order) {
    return state.failure ? heading(t("link.title")) : h("p", { class: "quiet" }, t("loading"));
  }
  return state.order.state === "open" ? openOrder(state.order) : otherOrder(state.order);
}

function draw() {
  document.documentElement.lang = language();
  document.title = t("link.title");
  show(main, h("section", { class: "request" }, content(),
    state.failure && h("p", { class: "outcome refused", role: "alert" }, t("failed", { reason: state.failure })),
    state.failure && !state.order && h("div", { class: "buttons" },
      h("button", { class: "again", on: { click: () => act(look) } }, t("again")))));
}

// Another link in the same tab.
addEventListener("hashchange", () => location.reload());
if (token) act(look);
else draw();
