// What customers have answered, and the buttons that answer for them.

import { command, isBusy, outcome } from "./actions.js";
import { pathOf } from "./api.js";
import { h } from "./dom.js";
import { dash, kilowatts, when } from "./format.js";
import { orderLink } from "./order-block.js";
import { href } from "./router.js";
import { t } from "./texts.js";

export const customerLink = (id, text) => h("a", { href: href({ view: "customer", id }) }, text ?? id);

export const answerName = (answer) => ({ accept: t("accepted"), deny: t("denied"), ignore: t("silent") })[answer] ?? answer;
export const answerMark = (answer) => h("span", { class: `mark ${answer}` }, answerName(answer));

/** What a customer said, and whether that came to nothing with its order. */
export const responseMark = ({ answer, cancelled }) => [
  answerMark(answer), cancelled && [" ", h("span", { class: "chip cancelled" }, t("phase.cancelled"))]];

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
    { name: "answer", title: t("answer"), cell: responseMark },
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
