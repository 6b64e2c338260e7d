// Tables of rows that the gateway pages, and small ones that are sorted here.

import { h } from "./dom.js";
import { number } from "./format.js";
import { change, href, parameters } from "./router.js";
import { t } from "./texts.js";

/**
 * columns: [{ name, title, cell(row), class, sort, wide }]; `sort` is the property that the gateway sorts by. `wide` columns are
 * left out on narrow screens.
 */
export function table({ caption, columns, rows, key, sort, onSort, rowClass, empty }) {
  const [sorted, direction = "asc"] = (sort ?? "").split(",");
  const heading = (column) => {
    const isSorted = column.sort !== undefined && column.sort === sorted;
    const attributes = { scope: "col", key: column.name, class: classes(column) };
    if (column.sort === undefined) return h("th", attributes, column.title);
    if (isSorted) attributes["aria-sort"] = direction === "desc" ? "descending" : "ascending";
    const turned = isSorted && direction === "asc" ? "desc" : isSorted ? "asc" : column.first ?? "asc";
    return h("th", attributes,
      h("button", { type: "button", class: "sorter", on: { click: () => onSort(`${column.sort},${turned}`) } },
        column.title, h("span", { "aria-hidden": "true", class: "arrow" }, isSorted ? (direction === "desc" ? " ▼" : " ▲") : "")));
  };
  return h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": caption },
    h("table", { class: "rows" },
      h("caption", { class: "unseen" }, caption),
      h("thead", null, h("tr", null, columns.map(heading))),
      h("tbody", null,
        rows.map((row) => h("tr", { key: key(row), class: rowClass?.(row) },
          columns.map((column) => h(column.isHead ? "th" : "td",
            { class: classes(column), scope: column.isHead ? "row" : undefined }, column.cell(row))))),
        rows.length === 0 && h("tr", { key: "none" }, h("td", { colspan: columns.length, class: "quiet" }, empty ?? t("nothing"))))));
}

const classes = ({ class: own, wide }) => [own, wide && "wide"].filter(Boolean).join(" ") || undefined;

/** Sorts what is all here, by the column's `value`. */
export function sortedHere(rows, columns, sort) {
  const [name, direction] = (sort ?? "").split(",");
  const value = columns.find((column) => column.sort === name)?.value;
  if (!value) return rows;
  const sign = direction === "desc" ? -1 : 1;
  return [...rows].sort((one, other) => {
    const [a, b] = [value(one), value(other)];
    return sign * (typeof a === "number" && typeof b === "number" ? a - b : String(a ?? "").localeCompare(String(b ?? "")));
  });
}

/** Which page of how many, and the way to the others. */
export function pager(page, name = "page") {
  if (!page) return undefined;
  const { number: at = 0, totalPages = 0, totalElements = 0, size = 0 } = page;
  const to = (index, text, label) => (index >= 0 && index < totalPages && index !== at
    ? h("a", { href: href({ ...parameters(), [name]: index || "" }), "aria-label": label, class: "button" }, text)
    : h("span", { class: "button off", "aria-hidden": "true" }, text));
  const first = totalElements === 0 ? 0 : at * size + 1;
  const last = Math.min((at + 1) * size, totalElements);
  const rows = h("span", null, t("rowsOf", { first: number(first), last: number(last), total: number(totalElements) }));
  if (totalPages < 2) return h("p", { class: "pager quiet" }, totalElements > 0 && rows);
  return h("nav", { class: "pager", "aria-label": t("pages") },
    to(at === 0 ? -1 : 0, "«", t("firstPage")), to(at - 1, "‹", t("previousPage")),
    rows, to(at + 1, "›", t("nextPage")), to(at === totalPages - 1 ? -1 : totalPages - 1, "»", t("lastPage")));
}

/** Links that choose one of few values of a parameter. */
export function choice(name, label, values, chosen) {
  return h("div", { class: "choice", role: "group", "aria-label": label },
    values.map(([value, text]) => h("a", {
      href: href({ ...parameters(), [name]: value, page: "" }), "aria-current": value === (chosen ?? "") ? "true" : undefined,
    }, text)));
}

let typing;

/** A search field whose text is in the URL as soon as the reader pauses. */
export function searchField(name, label) {
  const value = parameters()[name] ?? "";
  return h("form", {
    class: "search", role: "search",
    on: { submit: (event) => { event.preventDefault(); set(name, event.target.elements[name].value); } },
  },
  h("label", null, h("span", null, label, " "),
    h("input", {
      type: "search", name, "data-search": true, autocomplete: "off", set: { value },
      on: {
        input: (event) => {
          clearTimeout(typing);
          const { value: text } = event.target;
          typing = setTimeout(() => set(name, text), 300);
        },
      },
    })));
}

function set(name, text) {
  clearTimeout(typing);
  if ((parameters()[name] ?? "") !== text.trim()) change({ [name]: text.trim(), page: "" }, { replace: true });
}
