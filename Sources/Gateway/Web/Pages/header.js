// What stands above every view: the way to the others, how fresh it all is, and how it looks.

import { token } from "./api.js";
import { switchLanguage, switchTheme, switchWall, themeName } from "./appearance.js";
import { h } from "./dom.js";
import { number } from "./format.js";
import { asked, connection } from "./freshness.js";
import { href, parameters } from "./router.js";
import { help } from "./shortcuts.js";
import { language, t } from "./texts.js";

/** In the order of the navigation and of the keys 1 to 5. */
export const navigation = ["orders", "customers", "deadletters", "health", "audit"];

/** `me` is nobody before it is known who looks; `loadedAt` is when a customer's page was read. */
export function header(me, live, loadedAt) {
  const isOperator = me && me.role !== "customer";
  const { view: name = "orders" } = parameters();
  const current = { order: "orders", all: "orders", customer: "customers" }[name] ?? name;
  return [
    h("a", { class: "brand", href: href({}) }, "Negawatt"),
    isOperator && h("nav", { "aria-label": t("navigation") }, h("ul", null, navigation.map((view) => h("li", null,
      h("a", { href: href({ view: view === "orders" ? "" : view }), "aria-current": view === current ? "page" : undefined },
        t(view), view === "health" && alarm(live)))))),
    h("div", { class: "tools" },
      me && (isOperator ? connection(live) : asked(loadedAt)),
      h("button", { type: "button", class: "plain", lang: language() === "ko" ? "en" : "ko", on: { click: switchLanguage } },
        language() === "ko" ? "English" : "한국어"),
      h("button", { type: "button", class: "plain", on: { click: switchTheme } }, t(`theme.${themeName()}`)),
      isOperator && h("button", {
        type: "button", class: "plain wide wall-switch", "aria-pressed": String(Boolean(parameters().wall)), on: { click: switchWall },
      }, t("wall")),
      isOperator && h("button", { type: "button", class: "plain", on: { click: help }, "aria-label": t("help.title") }, "?"),
      me && h("span", { class: "who quiet" }, me.name, " · ", t(`role.${me.role}`)),
      token.value && h("button", { type: "button", class: "plain", on: { click: leave } }, t("leave")))];
}

/** A mark on the way to the health page when something there needs a look. */
function alarm(live) {
  const { contexts = [], breaker, view } = live.shown.health ?? {};
  const count = contexts.filter(({ state }) => state === "silent" || state === "behind").length
    + (breaker && breaker.state !== "closed" ? 1 : 0) + (view?.fault ? 1 : 0);
  return count > 0 && h("span", { class: "alarm" }, h("span", { class: "unseen" }, " "), number(count), h("span", { class: "unseen" }, ` ${t("needLook")}`));
}

function leave() {
  token.value = "";
  location.assign(document.baseURI.split("?")[0]);
}
