// What the customers of each resource have come to in an order, and the load of all of them while it runs.

import { dash, energy, number, percent, power } from "./format.js";
import { table } from "./tables.js";
import { t } from "./texts.js";

const quarter = 900_000;

/** The quarter hours of all resources together, of those whose readings have come. A target only where each has one. */
function loadOf({ byResource = [] }) {
  const quarters = new Map();
  for (const one of byResource) {
    const start = Math.floor(Date.parse(one.startsAt) / quarter);
    (one.quarterCustomers ?? []).forEach((customers, place) => {
      if (!customers) return;
      const at = (start + place) * quarter;
      const sum = quarters.get(at) ?? { at: new Date(at).toISOString(), baselineMilliWh: 0, usedMilliWh: 0, targetMilliWh: 0 };
      sum.baselineMilliWh += one.quarterBaselineMilliWh?.[place] ?? 0;
      sum.usedMilliWh += one.quarterUsedMilliWh?.[place] ?? 0;
      sum.targetMilliWh += one.quarterTargetMilliWh?.[place] ?? NaN;
      quarters.set(at, sum);
    });
  }
  return [...quarters.entries()].sort(([a], [b]) => a - b).map(([, sum]) => sum);
}

/** Checks know all of an order's load; while it runs, it is what has come. The target is by what is ordered. */
export function quartersOf(order) {
  const load = loadOf(order);
  if (!order.quarters?.length) return load;
  const targets = new Map(load.map((one) => [Date.parse(one.at), one]));
  return order.quarters.map((one) => {
    const found = targets.get(Date.parse(one.at));
    // What is ordered stays, whatever the checks say the baseline is.
    const ordered = found ? found.baselineMilliWh - found.targetMilliWh : NaN;
    return { ...one, targetMilliWh: typeof one.baselineMilliWh === "number" ? one.baselineMilliWh - ordered : NaN };
  });
}

/** As 97.3%, or ≈ 97.3% as long as that may change; undefined where it is not known. */
export function compliance({ compliancePercent, isForecast }) {
  if (typeof compliancePercent !== "number") return undefined;
  return `${isForecast ? "≈ " : ""}${percent(compliancePercent, 100)}`;
}

/** Where nobody has been checked yet, what the readings so far come to. */
function soFar(row) {
  if (row.checked > 0 || !row.quarterCustomers?.length) return row;
  const sum = (name) => Math.round((row[name] ?? []).reduce((all, one) => all + one, 0) / 1000);
  const [baselineWh, usedWh] = [sum("quarterBaselineMilliWh"), sum("quarterUsedMilliWh")];
  const accepted = Math.max(row.accepted, ...row.quarterCustomers);
  return { ...row, accepted, baselineWh, usedWh, reducedWh: baselineWh - usedWh };
}

export function resourceTable({ byResource = [] }) {
  const figure = (name, title, wide) => ({
    name, title: t(title), class: wide ? "number wide" : "number", cell: (row) => energy(row[name]),
  });
  const count = (name, wide) => ({
    name, title: t(name), class: wide ? "number wide" : "number", cell: (row) => number(row[name]),
  });
  return table({
    caption: t("byResource"), rows: byResource.map(soFar), key: (row) => row.resource,
    columns: [
      { name: "resource", title: t("resource"), isHead: true, cell: ({ resource }) => resource },
      { name: "quantity", title: t("ordered"), class: "number", cell: ({ quantity }) => (quantity === undefined ? dash : power(quantity)) },
      count("accepted", true), count("checked", true),
      figure("baselineWh", "baseline", true), figure("usedWh", "used", true), figure("reducedWh", "reduced"),
      ...(byResource.some((row) => row.ownReducedWh !== undefined) ? [figure("ownReducedWh", "ownReduced")] : []),
      { name: "compliance", title: t("compliance"), class: "number", cell: (row) => compliance(row) ?? dash },
      count("points", true),
    ],
  });
}
