// Customers are registered, changed and taken off. A form stays until the gateway has taken what it says, or shows why
// not.

import { command, dismiss, outcomeOf } from "./actions.js";
import { getTagged, segment } from "./api.js";
import { askFields, confirmTyped } from "./dialog.js";
import { given } from "./failure.js";
import { fromKilowatts, kilowatts, number, toKilowatts } from "./format.js";
import { t } from "./texts.js";

/** As the context has it, in Wh an hour. */
const capacityLimit = 1e12;

const fields = ({ name = "", capacity, resource } = {}) => [
  { name: "name", label: t("name"), required: true, maxlength: 200, value: name },
  {
    name: "capacity", label: `${t("capacity")} (kW)`, required: true, inputmode: "decimal", hint: t("form.capacityHint"),
    value: capacity === undefined ? "" : toKilowatts(capacity),
  },
  { name: "resource", label: t("resource"), maxlength: 64, hint: t("form.resourceHint"), value: resource ?? "" },
];

function check({ capacity, resource, id = "" }) {
  const wattHours = fromKilowatts(capacity);
  if (wattHours === undefined || wattHours > capacityLimit) return t("form.badCapacity");
  // Unlike an order's, a customer's may hold dots.
  if (/[/\u0000-\u001f]/.test(resource)) return t("start.badResource");
  if (/[/"\u0000-\u001f]/.test(id)) return t("register.badId");
  return undefined;
}

/** Gives the command; what is refused while the form is open is its complaint, all else stands on the page. */
function give(action, isOpen, label, method, path, body, tag) {
  return new Promise((resolve) => {
    command(action, label, method, path, body, { tag, onPending: () => resolve(undefined) }).then((phase) => {
      const { error, errors = [] } = outcomeOf(action) ?? {};
      if (phase !== "refused" || !isOpen()) return resolve(undefined);
      dismiss(action);
      const reasons = [error?.message, ...errors.map(({ pointer, detail }) => `${pointer}: ${detail}`)].filter(Boolean);
      return resolve(given(reasons.join(" – ") || t("outcome.refused")));
    });
  });
}

export async function registerCustomer(page) {
  await askFields({
    title: t("register.button"), label: t("register.do"),
    fields: [...fields(), { name: "id", label: t("id"), maxlength: 100, hint: t("start.idHint") }],
    check,
    act: ({ name, capacity, resource, id }, isOpen) => give("register", isOpen, t("register.label", { name }), "POST", "users",
      { name, capacity: fromKilowatts(capacity), resource: resource.trim() || undefined, id: id || undefined }),
  });
  page.refresh();
}

/** As it is now, so that nothing is overwritten that the reader has not seen. */
export async function changeCustomer(page, id) {
  const path = `users/${segment(id)}`;
  const action = `change ${id}`;
  const { data, tag } = await getTagged(path);
  await askFields({
    title: t("change.title", { name: data.name }), label: t("change.do"), fields: fields(data), check,
    act: ({ name, capacity, resource }, isOpen) => give(action, isOpen, t("change.label", { name }), "PATCH", path,
      { name, capacity: fromKilowatts(capacity), resource: resource.trim() }, tag),
  });
  page.refresh();
}

/** Who is taken off is not asked any more; the name has to be typed again. */
export async function takeOffCustomer(page, { id, name, capacity, point }) {
  const isConfirmed = await confirmTyped({
    title: t("leave.title", { name }), word: name, label: t("leave.button"), isDanger: true,
    facts: [
      [t("customer"), `${name} (${id})`],
      [t("capacity"), kilowatts(capacity)],
      [t("points"), number(point)],
      [t("effect"), t("leave.effect")],
    ],
  });
  if (!isConfirmed) return;
  await command(`leave ${id}`, t("leave.label", { name }), "DELETE", `users/${segment(id)}`);
  page.refresh();
}
