// What contexts could not use, why, and its replay: one, or as many as are marked.

import { command, isBusy, outcome, outcomeOf } from "./actions.js";
import { announce } from "./announcer.js";
import { segment, withQuery } from "./api.js";
import { confirmTyped } from "./dialog.js";
import { h } from "./dom.js";
import { dash, number, when } from "./format.js";
import { failed, failure, given, kindChip, kindName, kinds, reasonOf } from "./failure.js";
import { collect, replayAll } from "./replay.js";
import { change, parameters } from "./router.js";
import { choice, pager, table } from "./tables.js";
import { t, tn } from "./texts.js";
import { Resource } from "./resource.js";

const contexts = ["dr", "response", "user", "kepco", "feed", "notify"];
const actionOf = (letter) => `replay ${letter.id}`;

export function view(page) {
  const letters = new Resource(page);
  /** Of all pages of the list that is filtered so. */
  const marked = new Set();
  const replayed = new Set();
  let filter;
  /** {collecting, done, of, stop, isOver, refusal, error} of what is done with many. */
  let task;

  function load() {
    const { context, kind, page: number, size } = parameters();
    if (filter !== undefined && filter !== `${context} ${kind}`) {
      if (task?.isCollecting) task.stop.abort();
      if (!isAtWork() || task.isCollecting) marked.clear();
    }
    filter = `${context} ${kind}`;
    letters.load(withQuery("deadletters", { context, kind, page: number, size: size ?? 50 }));
    letters.refreshAfter(10_000);
  }

  page.refresh = () => letters.refresh();

  const isAtWork = () => Boolean(task) && !task.isOver;
  const replay = (letter) => command(actionOf(letter), t("replay.label", { id: letter.id }), "POST", `deadletters/${segment(letter.id)}/replay`);

  /** Begins what takes a while; it ends with the page, and by its button. */
  function begin(about) {
    const stop = new AbortController();
    page.signal.addEventListener("abort", () => stop.abort());
    task = { done: 0, ...about, stop };
    page.render();
    return task;
  }

  async function markAll() {
    const { context, kind } = parameters();
    const own = begin({ isCollecting: true });
    try {
      const ids = await collect({ context, kind }, (done, of) => { Object.assign(own, { done, of }); page.render(); }, own.stop.signal);
      for (const id of ids) if (!replayed.has(id)) marked.add(id);
      task = undefined;
    } catch (error) {
      task = own.stop.signal.aborted ? undefined : { ...own, isOver: true, error };
    }
    page.render();
  }

  async function replayMarked() {
    const ids = [...marked];
    const isMeant = ids.length === 1 || await confirmTyped({
      title: t("replay.title", { n: number(ids.length) }), word: String(ids.length), label: t("replay.button"),
      facts: [[t("deadletters"), number(ids.length)], [t("effect"), t("replay.effect")]],
    });
    if (!isMeant) return;
    const own = begin({ of: ids.length });
    own.refusal = await replayAll(ids, (id) => {
      marked.delete(id);
      replayed.add(id);
      own.done += 1;
      page.render();
    }, own.stop.signal);
    own.isOver = true;
    // What is refused for good would stop the next attempt as well.
    if (own.refusal && own.refusal.error.status < 500 && own.refusal.error.status >= 400) marked.delete(own.refusal.id);
    announce(progressText());
    letters.refresh();
  }

  const progressText = () => t(task.isCollecting ? "replay.collecting" : "replay.progress", { done: number(task.done), of: number(task.of) });

  function progress() {
    if (!task) return undefined;
    const { refusal, error, isOver, done, of = 0 } = task;
    const cause = refusal?.error ?? error;
    const phase = cause ? "refused" : !isOver ? "pending" : done < of ? "unknown" : "done";
    return h("div", { class: `outcome ${phase}`, "data-task": phase },
      h("strong", null, progressText()),
      of > 0 && h("progress", { max: of, value: done, "aria-label": t("replay.button") }),
      cause && h("p", null, refusal ? tn("replay.stopped", { id: refusal.id, reason: reasonOf(cause) }) : failed(cause)),
      isOver && !cause && done < of && h("p", null, t("replay.halted")),
      isOver
        ? h("button", { type: "button", class: "plain small", on: { click: () => { task = undefined; page.render(); } } }, t("dismiss"))
        : h("button", { type: "button", class: "plain small", "data-act": "stop", on: { click: () => task.stop.abort() } }, t("stop")));
  }

  function mark(ids, on) {
    for (const id of ids) if (on) marked.add(id); else marked.delete(id);
    page.render();
  }

  function marking(rows) {
    const total = letters.data?.page?.totalElements ?? 0;
    const isWhole = rows.length > 0 && rows.every(({ id }) => marked.has(id) || replayed.has(id)) && marked.size > 0;
    const button = (text, act, click) => h("button", { type: "button", class: "plain small", "data-act": act, disabled: isAtWork(), on: { click } }, text);
    return [
      h("button", {
        type: "button", class: "primary", disabled: marked.size === 0 || isAtWork(), "data-act": "replay", on: { click: replayMarked },
      }, t("replay.marked", { n: number(marked.size) })),
      isWhole && marked.size + replayed.size < total && button(t("replay.markAll", { n: number(total) }), "mark-all", markAll),
      marked.size > 0 && button(t("replay.unmark"), "unmark", () => { marked.clear(); page.render(); })];
  }

  function columns(rows) {
    return [
      page.mayWrite && {
        name: "mark",
        title: h("input", {
          type: "checkbox", "aria-label": t("markAll"), disabled: isAtWork(),
          set: { checked: rows.length > 0 && rows.every(({ id }) => marked.has(id)) },
          on: { change: (event) => mark(rows.map((letter) => letter.id), event.target.checked) },
        }),
        cell: (letter) => h("input", {
          type: "checkbox", "aria-label": t("mark", { id: letter.id }), disabled: isAtWork(), set: { checked: marked.has(letter.id) },
          on: { change: (event) => mark([letter.id], event.target.checked) },
        }),
      },
      { name: "time", title: t("time"), cell: ({ time }) => when(time) },
      { name: "context", title: t("context"), wide: true, cell: (letter) => letter.context },
      {
        name: "reason", title: t("reason"), class: "text", cell: (letter) => [
          kindChip(letter.kind), " ", given(letter.reason), details(letter)],
      },
      { name: "type", title: t("type"), wide: true, cell: (letter) => h("code", null, typeOf(letter) ?? dash) },
      page.mayWrite && {
        name: "act", title: t("replay.button"), cell: (letter) => [
          replayed.has(letter.id)
            ? h("span", { class: "mark accept" }, t("replay.sent"))
            : h("button", {
              type: "button", class: "plain small", disabled: isBusy(actionOf(letter)) || isAtWork(), on: { click: () => replay(letter) },
              "aria-label": t("replay.label", { id: letter.id }),
            }, t("replay.button")),
          outcome(actionOf(letter))],
      },
    ].filter(Boolean);
  }

  function draw() {
    const { context, kind } = parameters();
    const rows = letters.rows("deadletters");
    const isSettled = (letter) => replayed.has(letter.id) || outcomeOf(actionOf(letter))?.phase === "done";
    return [
      h("div", { class: "title" }, h("h1", { tabindex: -1 }, t("deadletters")), page.mayWrite && marking(rows)),
      progress(),
      choice("context", t("context"), [["", t("all")], ...contexts.map((name) => [name, name])], context),
      choice("kind", t("kind"), [["", t("all")], ...kinds.map((name) => [name, kindName(name)])], kind),
      failure(letters),
      table({
        caption: t("deadletters"), rows, key: (letter) => letter.id, empty: letters.data ? t("noLetters") : t("loading"),
        rowClass: (letter) => (isSettled(letter) ? "settled" : undefined), columns: columns(rows),
      }),
      pager(letters.data?.page),
    ];
  }

  return { title: () => t("deadletters"), load, draw };
}

function details(letter) {
  const fact = (name, value) => value !== undefined && value !== null && value !== "" && [h("dt", null, name), h("dd", null, h("code", null, value))];
  return h("details", null, h("summary", null, letter.id),
    h("dl", { class: "facts" }, fact(t("source"), letter.source), fact(t("type"), typeOf(letter)), fact(t("key"), letter.key),
      fact(t("actor"), letter.actor), fact(t("commandId"), letter.command)),
    h("pre", null, pretty(letter.value)));
}

/** A record's type stands in a header or in its value. */
function typeOf({ type, value }) {
  if (type) return type;
  try {
    const { eventType } = JSON.parse(value);
    return typeof eventType === "string" ? eventType : undefined;
  } catch {
    return undefined;
  }
}

function pretty(value) {
  if (value === undefined || value === null) return dash;
  // Numbers of so many digits would be rounded.
  if (/\d{16}/.test(value)) return value;
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return value;
  }
}
