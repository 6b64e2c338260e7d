// The participants of an order as a file: what settlement asks for. Read page by page, so that a million rows are no
// trouble for the gateway; where it gives links to the next page those are followed.

import { get, pathOf, withQuery } from "./api.js";
import { h } from "./dom.js";

const columns = ["drId", "userId", "userName", "answer", "userCapacity", "answeredAt"];

/** A field; what a spreadsheet would take for a formula is made text. */
export function field(value) {
  if (value === undefined || value === null) return "";
  let text = String(value);
  if (typeof value === "string" && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
  return /[",\r\n;]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** `progress` is told how many of how many rows are read. Fulfilled with the number of rows, or undefined when it was cancelled. */
export async function saveParticipants(drId, answer, progress, signal) {
  // The mark at the beginning tells spreadsheets that it is UTF-8.
  const parts = [`\ufeff${columns.join(",")}\r\n`];
  let rows = 0;
  let path = withQuery("responses", { drId, answer, size: 1000, page: 0 });
  while (path) {
    const page = await get(path, { signal });
    const responses = page._embedded?.responses ?? [];
    parts.push(responses.map((row) => `${columns.map((name) => field(row[name])).join(",")}\r\n`).join(""));
    rows += responses.length;
    progress(rows, page.page?.totalElements);
    path = page._links?.next?.href && pathOf(page._links.next.href);
  }
  if (signal?.aborted) return undefined;
  const address = URL.createObjectURL(new Blob(parts, { type: "text/csv;charset=utf-8" }));
  const name = `${drId}${answer ? `-${answer}` : ""}-${new Date().toISOString().slice(0, 16).replaceAll(":", "")}.csv`;
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return rows;
}
