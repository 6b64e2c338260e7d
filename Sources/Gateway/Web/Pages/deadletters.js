// What contexts could not use, why, and its replay: one, or as many as are marked.

import { command, isBusy, outcome, outcomeOf } from "./actions.js";
import { announce } from "./announcer.js";
import { segment, withQuery } from "./api.js";
import { confirmTyped } from "./dialog.js";
import { h } from "./dom.js";
import { dash, number, when } from "./format.js";
import { failure } from "./parts.js";
import { change, parameters } from "./router.js";
import { choice, pager, table } from "./tables.js";
import { t } from "./texts.js";
import { Resource } from "./resource.js";

const contexts = ["dr", "response", "user", "kepco"];
const kinds = ["malformed", "unknown-type", "conflict", "not-found", "refused", "late", "row"];
const actionOf = (letter) => `replay ${letter.id}`;

export function view(page) {
  const letters = new Resource(page);
  const marked = new Set();
  let replaying;

  function load() {
    const { context, kind, page: number, size } = parameters();
    letters.load(withQuery("deadletters", { context, kind, page: number, size: size ?? 50 }));
    letters.refreshAfter(10_000);
  }

  page.refresh = () => letters.refresh();

  const replay = (letter, options) => command(actionOf(letter), t("replay.label", { id: letter.id }), "POST", `deadletters/${segment(letter.id)}/replay`, undefined, options);

  async function replayMarked() {
    const chosen = letters.rows("deadletters").filter((letter) => marked.has(letter.id));
    const confirmed = chosen.length === 1 || await confirmTyped({
      title: t("replay.title", { n: chosen.length }), word: String(chosen.length), label: t("replay.button"),
      facts: [[t("deadletters"), number(chosen.length)], [t("effect"), t("replay.effect")]],
    });
    if (!confirmed) return;
    replaying = { done: 0, failed: 0, of: chosen.length };
    for (const letter of chosen) {
      const phase = await replay(letter, { isQuiet: true });
      if (phase === "refused") replaying.failed += 1;
      else marked.delete(letter.id);
      replaying.done += 1;
      page.render();
    }
    announce(progressText());
    letters.refresh();
  }

  const progressText = () => t("replay.progress", { done: replaying.done - replaying.failed, of: replaying.of, failed: replaying.failed });

  function mark(ids, on) {
    for (const id of ids) if (on) marked.add(id); else marked.delete(id);
    page.render();
  }

  function draw() {
    const { context, kind } = parameters();
    const rows = letters.rows("deadletters");
    for (const id of marked) if (!rows.some((letter) => letter.id === id)) marked.delete(id);
    const isReplaying = replaying && replaying.done < replaying.of;
    return [
      h("div", { class: "title" }, h("h1", { tabindex: -1 }, t("deadletters")),
        page.mayWrite && h("button", {
          type: "button", class: "primary", disabled: marked.size === 0 || isReplaying, "data-act": "replay", on: { click: replayMarked },
        }, t("replay.marked", { n: number(marked.size) })),
        replaying && h("span", null, progressText())),
      choice("context", t("context"), [["", t("all")], ...contexts.map((name) => [name, name])], context),
      choice("kind", t("kind"), [["", t("all")], ...kinds.map((name) => [name, t(`kind.${name}`)])], kind),
      failure(letters),
      table({
        caption: t("deadletters"), rows, key: (letter) => letter.id, empty: letters.data ? t("noLetters") : t("loading"),
        rowClass: (letter) => (outcomeOf(actionOf(letter))?.phase === "done" ? "settled" : undefined),
        columns: [
          page.mayWrite && {
            name: "mark",
            title: h("input", {
              type: "checkbox", "aria-label": t("markAll"),
              set: { checked: rows.length > 0 && marked.size === rows.length },
              on: { change: (event) => mark(rows.map((letter) => letter.id), event.target.checked) },
            }),
            cell: (letter) => h("input", {
              type: "checkbox", "aria-label": t("mark", { id: letter.id }), set: { checked: marked.has(letter.id) },
              on: { change: (event) => mark([letter.id], event.target.checked) },
            }),
          },
          { name: "time", title: t("time"), cell: ({ time }) => when(time) },
          { name: "context", title: t("context"), cell: (letter) => letter.context },
          {
            name: "reason", title: t("reason"), class: "text", cell: (letter) => [
              h("span", { class: "chip" }, kinds.includes(letter.kind) ? t(`kind.${letter.kind}`) : letter.kind), " ",
              h("span", { lang: "en" }, letter.reason), details(letter)],
          },
          { name: "type", title: t("type"), wide: true, cell: ({ type }) => h("code", null, type ?? dash) },
          page.mayWrite && {
            name: "act", title: t("replay.button"), cell: (letter) => [
              h("button", {
                type: "button", class: "plain small", disabled: isBusy(actionOf(letter)), on: { click: () => replay(letter) },
                "aria-label": t("replay.label", { id: letter.id }),
              }, t("replay.button")),
              outcome(actionOf(letter))],
          },
        ].filter(Boolean),
      }),
      pager(letters.data?.page),
    ];
  }

  return { title: () => t("deadletters"), load, draw };
}

function details(letter) {
  const fact = (name, value) => value !== undefined && value !== null && value !== "" && [h("dt", null, name), h("dd", null, h("code", null, value))];
  return h("details", null, h("summary", null, letter.id),
    h("dl", { class: "facts" }, fact(t("source"), letter.source), fact(t("type"), letter.type), fact(t("key"), letter.key),
      fact(t("actor"), letter.actor), fact(t("commandId"), letter.command)),
    h("pre", null, pretty(letter.value)));
}

function pretty(value) {
  if (value === undefined || value === null) return dash;
  if (typeof value !== "string") return JSON.stringify(value, null, 2);
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return value;
  }
}
