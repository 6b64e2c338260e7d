// The customers' page: what is asked, yes or no with one touch, what was reduced, points.

import { command, isBusy, outcome } from "./actions.js";
import { get, pathOf, segment, serverNow, withQuery } from "./api.js";
import { ledgerTable } from "./customer.js";
import { h } from "./dom.js";
import { dash, duration, energy, kilowatts, moment, number, signed, when } from "./format.js";
import { answerMark, responseMark } from "./answers.js";
import { corrected } from "./checks.js";
import { failure, given } from "./failure.js";
import { pager, table } from "./tables.js";
import { parameters } from "./router.js";
import { t } from "./texts.js";
import { Resource } from "./resource.js";

export function view(page) {
  const user = new Resource(page);
  const responses = new Resource(page);
  const checks = new Resource(page);
  const ledger = new Resource(page);
  const all = [user, responses, checks, ledger];
  const orders = new Map();
  // A million customers look at the same time when an order comes: they do not all ask in the same second.
  const everyMs = 20_000 + Math.random() * 20_000;

  function load() {
    const id = page.me.userId;
    const { answers, checks: checkPage, ledger: ledgerPage } = parameters();
    user.load(`users/${segment(id)}`);
    responses.load(withQuery("responses", { userId: id, page: answers, size: 20, sort: "startsAt,desc" }));
    checks.load(withQuery("kepcos", { userId: id, page: checkPage, size: 10, sort: "at,desc" }));
    ledger.load(withQuery(`users/${segment(id)}/ledger`, { page: ledgerPage, size: 10 }));
    if (document.visibilityState === "visible") for (const one of all) one.refreshAfter(everyMs);
    for (const response of responses.rows("responses")) if (isOpen(response)) learn(response.drId);
  }

  async function learn(id) {
    if (orders.has(id)) return;
    orders.set(id, undefined);
    try {
      orders.set(id, await get(`drs/${segment(id)}`, { signal: page.signal }));
      page.render();
    } catch {
      // Its id is all there is then.
    }
  }

  page.refresh = () => all.forEach((one) => one.refresh());

  function request(response) {
    const order = orders.get(response.drId);
    const action = `answer ${response.id}`;
    const now = serverNow();
    // The answer has the end as it is now; the order was asked for once.
    const endsAt = moment(response.endsAt ?? order?.endsAt);
    const startsAt = moment(order?.startsAt);
    const title = order?.name ?? response.drId;
    const give = async (answer, label) => {
      await command(action, label, "PUT", pathOf(response._links[answer].href));
      responses.refresh();
    };
    const button = (answer, label, kind) => response._links?.[answer] && h("button", {
      type: "button", class: `answer ${kind}`, disabled: isBusy(action), "data-act": answer, "aria-label": `${label}: ${title}`,
      "aria-pressed": String(response.answer === answer), on: { click: () => give(answer, label) },
    }, label);
    return h("article", { class: "request", key: response.id },
      h("h3", null, title),
      h("p", null, order ? `${order.type} · ${when(startsAt, { seconds: false })} – ${endsAt ? when(endsAt, { seconds: false }) : t("home.untilEnded")}` : ""),
      endsAt && h("p", { class: "countdown running" }, h("span", { class: "quiet" }, t(startsAt > now ? "startsIn" : "endsIn")), " ",
        h("span", { class: "clock" }, duration((startsAt > now ? startsAt : endsAt) - now))),
      h("p", null, t("home.yourCapacity", { power: kilowatts(response.userCapacity) })),
      h("p", null, t("home.yourAnswer"), " ",
        response.answer === "ignore" ? h("strong", null, t("home.none")) : answerMark(response.answer)),
      h("div", { class: "buttons" }, button("accept", t("home.accept"), "yes"), button("deny", t("home.deny"), "no")),
      outcome(action));
  }

  function draw() {
    const { name, capacity, point } = user.data ?? {};
    const rows = responses.rows("responses");
    const open = rows.filter(isOpen).sort((one, other) => urgency(one).localeCompare(urgency(other)));
    const past = rows.filter((response) => !isOpen(response));
    return [
      h("h1", { tabindex: -1 }, t("home.title", { name: name ?? page.me.name ?? page.me.userId })),
      failure(user),
      h("dl", { class: "facts figures" },
        h("dt", null, t("points")), h("dd", { class: "large" }, number(point)),
        h("dt", null, t("capacity")), h("dd", null, kilowatts(capacity))),
      h("section", { "aria-labelledby": "asked" }, h("h2", { id: "asked" }, t("home.asked")), failure(responses),
        open.length > 0 ? open.map(request) : h("p", { class: "quiet" }, responses.data ? t("home.nothingAsked") : t("loading"))),
      h("section", { "aria-labelledby": "reduced" }, h("h2", { id: "reduced" }, t("home.reduced")), failure(checks),
        table({
          caption: t("home.reduced"), rows: checks.rows("kepcos"), key: (row) => row.responseId ?? row.drId,
          empty: checks.data ? t("home.nothingReduced") : t("loading"),
          columns: [
            { name: "dr", title: t("order"), isHead: true, cell: ({ drId }) => drId },
            { name: "baseline", title: t("baseline"), class: "number", wide: true, cell: ({ baselineWh }) => energy(baselineWh) },
            { name: "used", title: t("used"), class: "number", wide: true, cell: ({ usedWh }) => energy(usedWh) },
            { name: "reduced", title: t("reduced"), class: "number", cell: ({ reducedWh }) => energy(reducedWh) },
            { name: "points", title: t("points"), class: "number", cell: ({ adjustPoint }) => signed(adjustPoint) },
            {
              name: "why", title: t("how"), cell: ({ isReal, reason, method, days, version }) => h("details", null,
                h("summary", null, isReal ? t("home.counted") : t("home.notCounted"), corrected(version)),
                reason && h("p", null, given(reason)), h("p", null, given(method ?? dash)),
                days?.length > 0 && h("ul", { class: "days" }, days.map((one) => h("li", null, one.day ?? one.date ?? String(one))))),
            },
          ],
        }), pager(checks.data?.page, "checks")),
      h("section", { "aria-labelledby": "points" }, h("h2", { id: "points" }, t("ledger")), failure(ledger),
        ledgerTable(ledger, { linked: false }), pager(ledger.data?.page, "ledger")),
      past.length > 0 && h("section", { "aria-labelledby": "past" }, h("h2", { id: "past" }, t("home.past")),
        table({
          caption: t("home.past"), rows: past, key: (row) => row.id,
          columns: [
            { name: "dr", title: t("order"), isHead: true, cell: ({ drId }) => drId },
            { name: "answer", title: t("answer"), cell: responseMark },
            { name: "at", title: t("answeredAt"), cell: ({ answeredAt }) => (answeredAt ? when(answeredAt) : dash) },
          ],
        }), responses.data.page.totalPages > 1 && pager(responses.data.page, "answers")),
    ];
  }

  return { title: () => t("home.short"), load, draw, loadedAt: () => Math.max(...all.map((one) => one.loadedAt)) };
}

/** What has not been answered comes first, and what begins sooner. */
const urgency = ({ answer, startsAt }) => `${answer === "ignore" ? 0 : 1} ${startsAt}`;

const isOpen = ({ _links }) => Boolean(_links?.accept || _links?.deny);
