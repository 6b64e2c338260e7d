// What has become of a withdrawal: an operator says that it was paid, or has the points given back.

import { command } from "./actions.js";
import { segment } from "./api.js";
import { askFields } from "./dialog.js";
import { number } from "./format.js";
import { t } from "./texts.js";

/** Of the command, by which its outcome is found. */
export const nameOf = (user, id) => `withdrawal ${user} ${id}`;

async function answer(page, user, id, word, title, field) {
  const values = await askFields({
    title, label: t(`withdrawal.${word}`), fields: [{ ...field, maxlength: 200 }], intro: t(`withdrawal.${word}Effect`),
  });
  if (!values) return;
  const body = Object.fromEntries(Object.entries(values).filter(([, text]) => text !== ""));
  const path = `users/${segment(user)}/withdrawals/${segment(id)}/${word}`;
  await command(nameOf(user, id), t("withdrawal.label", { id }), "PUT", path, body);
  page.refresh();
}

export function confirmWithdrawal(page, user, id, amount) {
  const title = t("withdrawal.confirmTitle", { id, points: number(amount) });
  return answer(page, user, id, "confirm", title, { name: "reference", label: t("withdrawal.reference") });
}

export function failWithdrawal(page, user, id, amount) {
  const title = t("withdrawal.failTitle", { id, points: number(amount) });
  return answer(page, user, id, "fail", title, { name: "reason", label: t("reason"), required: true });
}
