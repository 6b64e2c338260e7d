// An order is asked for, looked at, and started.

import { command } from "./actions.js";
import { get, serverNow } from "./api.js";
import { askFields, confirmTyped } from "./dialog.js";
import { duration, fromInput, fromKilowatts, kilowatts, moment, number, toInput, when, zoneName } from "./format.js";
import { t } from "./texts.js";

const hour = 3_600_000;
/** As the context has them: when an order may begin, and how long it may run. */
const [pastLimit, aheadLimit, lengthLimit] = [7, 90, 7].map((days) => days * 24 * hour);

/** As many one order may name, and so many Wh an hour order. */
const [resourceLimit, quantityLimit] = [100, 1e12];

const idsOf = (text) => text.split(",").map((id) => id.trim()).filter(Boolean);

/** Asks for an order, shows what it is going to do, and starts it when its name has been typed again. */
export async function startOrder() {
  const now = serverNow();
  const quarter = Math.ceil((now + 60_000) / (hour / 4)) * (hour / 4);
  const values = await askFields({
    title: t("start.title"), intro: t("start.intro"), label: t("start.next"),
    fields: [
      { name: "name", label: t("name"), required: true, maxlength: 200 },
      { name: "type", label: t("type"), required: true, maxlength: 50, list: ["reliable", "economy", "emergency"] },
      { name: "startsAt", label: `${t("start.startsAt")} (${zoneName()})`, type: "datetime-local", hint: t("start.startsAtHint") },
      { name: "endsAt", label: `${t("start.endsAt")} (${zoneName()})`, type: "datetime-local", hint: t("start.endsAtHint"), value: toInput(quarter + hour) },
      { name: "resources", label: t("start.resources"), maxlength: 6600, hint: t("start.resourcesHint") },
      { name: "quantity", label: `${t("start.quantity")} (kW)`, inputmode: "decimal", hint: t("start.quantityHint") },
      { name: "test", label: t("start.test"), type: "checkbox", hint: t("start.testHint") },
      { name: "id", label: t("start.id"), maxlength: 100, hint: t("start.idHint") },
    ],
    check({ startsAt, endsAt, id, resources, quantity }) {
      const start = moment(fromInput(startsAt)) ?? serverNow();
      const end = moment(fromInput(endsAt));
      if (start < serverNow() - pastLimit || start > serverNow() + aheadLimit) return t("start.tooFar");
      if (end && end <= start) return t("start.endFirst");
      if (end && end <= serverNow()) return t("start.endPast");
      if (end && end - start > lengthLimit) return t("start.tooLong");
      if (/[./\u0000-\u001f]/.test(id)) return t("start.badId");
      if (/[/\u0000-\u001f]/.test(resources) || idsOf(resources).length > resourceLimit) return t("start.badResource");
      const ordered = quantity && fromKilowatts(quantity);
      if (quantity && !(ordered > 0 && ordered <= quantityLimit)) return t("start.badQuantity");
      return undefined;
    },
  });
  if (!values) return;
  const resources = idsOf(values.resources);
  const quantity = values.quantity ? fromKilowatts(values.quantity) : undefined;
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
      [t("start.asks"), resources.length > 0 ? t("start.ofResources", { names: resources.join(", ") })
        : asked === undefined ? t("start.everybody") : t("start.customers", { n: number(asked) })],
      ...(quantity ? [[t("start.quantity"), kilowatts(quantity)]] : []),
      ...(values.test ? [[t("start.test"), t("start.testHint")]] : []),
    ],
  });
  if (!confirmed) return;
  const body = {
    name: values.name, type: values.type, startsAt, endsAt, id: values.id || undefined, status: "running", quantity,
    resources: resources.length > 0 ? resources : undefined, test: values.test || undefined,
  };
  await command("start", t("start.label", { name: values.name }), "POST", "drs/startdr", body);
}
