// What has failed, and why: in the words of the gateway, which are English.

import { h } from "./dom.js";
import { t, tn } from "./texts.js";

/** A reason as the gateway or a context has given it: whoever reads the page aloud is told that it is English. */
export const given = (reason) => reason && h("span", { lang: "en" }, reason);

/** Why something has failed: without a status the gateway has not been reached, and the page says so itself. */
export const reasonOf = ({ status, message }) => (status === 0 ? message : given(message));

/** That contexts give to their dead letters. */
export const kinds = ["malformed", "unknown-type", "conflict", "not-found", "refused", "late", "row"];

/** What kind of a refusal it was, in the reader's language. */
export const kindName = (kind) => (kinds.includes(kind) ? t(`kind.${kind}`) : kind);
export const kindChip = (kind) => h("span", { class: "chip" }, kindName(kind));

export const failed = (error) => tn("failed", { reason: reasonOf(error) });

export function failure(resource) {
  const { error } = resource;
  if (!error) return undefined;
  return h("p", { class: "complaint", role: "alert" }, failed(error), " ",
    h("button", { type: "button", class: "plain small", on: { click: () => resource.refresh() } }, t("again")));
}

/** Why there is no live stream: what the gateway has said, or what is told of the connection. */
export const streamReason = (reason) => (reason === "closed" || reason === "silent" ? t(`live.${reason}`) : given(reason));
