// Questions that are asked before something is done. A dialog of the browser's keeps the keyboard within it and gives
// it back.

import { h } from "./dom.js";
import { token } from "./api.js";
import { t } from "./texts.js";

let counter = 0;

/** Shows a dialog; fulfilled with what `close` is given, or with undefined. */
function ask(title, content, { isModal = true } = {}) {
  return new Promise((resolve) => {
    counter += 1;
    const id = `dialog-${counter}`;
    let result;
    const close = (value) => { result = value; dialog.close(); };
    const dialog = h("dialog", { "aria-labelledby": id, on: { close: () => { dialog.remove(); resolve(result); } } },
      h("h2", { id }, title), content(close));
    document.body.append(dialog);
    if (isModal) dialog.showModal();
    else dialog.show();
  });
}

const buttons = (...all) => h("div", { class: "buttons" }, all);
const cancelButton = (close) => h("button", { type: "button", class: "plain", on: { click: () => close() } }, t("cancel"));

/** Is fulfilled with true when the reader has typed `word`. */
export function confirmTyped({ title, facts, word, label, isDanger = false }) {
  return ask(title, (close) => {
    const act = h("button", { type: "submit", class: isDanger ? "danger" : "primary", disabled: true }, label);
    const isTyped = (text) => text.trim().normalize() === word.trim().normalize();
    return h("form", { on: { submit: (event) => { event.preventDefault(); if (!act.disabled) close(true); } } },
      h("dl", { class: "facts" }, facts.map(([name, value]) => [h("dt", null, name), h("dd", null, value)])),
      h("label", { class: "field" }, h("span", null, t("typeToConfirm"), " ", h("code", null, word)),
        h("input", {
          name: "word", autocomplete: "off", spellcheck: "false", autofocus: true,
          on: { input: (event) => { act.disabled = !isTyped(event.target.value); } },
        })),
      buttons(cancelButton(close), act));
  });
}

/**
 * A form of fields [{name, label, type, required, hint, value, list, maxlength, inputmode}]; fulfilled with their
 * texts. `check` says what is wrong with them. `act` does what the form is for, and may return why that was refused, as
 * an element: then the form stays.
 */
export function askFields({ title, intro, fields, label, check, act, canCancel = true }) {
  return ask(title, (close) => {
    const complaint = h("p", { class: "complaint", role: "alert" });
    const submit = h("button", { type: "submit", class: "primary" }, label);
    const form = h("form", {
      on: {
        submit: async (event) => {
          event.preventDefault();
          if (submit.disabled) return;
          const values = Object.fromEntries(fields.map(({ name, type }) => [
            name, type === "checkbox" ? form.elements[name].checked : form.elements[name].value.trim()]));
          complaint.textContent = check?.(values) ?? "";
          if (complaint.textContent) return;
          submit.disabled = true;
          const refused = await act?.(values, () => form.isConnected);
          submit.disabled = false;
          complaint.replaceChildren(refused ?? "");
          if (!refused && form.isConnected) close(values);
        },
      },
    },
    intro && h("p", null, intro),
    fields.map((field, index) => {
      const hint = field.hint && `hint-${counter}-${field.name}`;
      if (field.type === "checkbox") {
        return h("div", null,
          h("label", { class: "switch" }, h("input", { name: field.name, type: "checkbox", "aria-describedby": hint }), " ", field.label),
          hint && h("p", { class: "hint", id: hint }, field.hint));
      }
      return h("div", { class: "field" },
        h("label", null, h("span", null, field.label),
          h("input", {
            name: field.name, type: field.type ?? "text", required: field.required, autocomplete: "off", autofocus: index === 0,
            maxlength: field.maxlength, inputmode: field.inputmode, list: field.list && `list-${field.name}`,
            "aria-describedby": hint, set: { value: field.value ?? "" },
          })),
        field.list && h("datalist", { id: `list-${field.name}` }, field.list.map((value) => h("option", { value }))),
        hint && h("p", { class: "hint", id: hint }, field.hint));
    }),
    complaint,
    buttons(canCancel && cancelButton(close), submit));
    return form;
  });
}

/** Asks for a token until there is one. */
export async function askForToken(wasRefused) {
  for (let refused = wasRefused; ;) {
    const values = await askFields({
      title: t("token.title"), intro: refused ? t("token.refused") : t("token.intro"), label: t("token.use"), canCancel: false,
      fields: [{ name: "token", label: t("token.label"), type: "password", required: true, hint: t("token.hint") }],
    });
    const text = values?.token.replace(/^Bearer\s+/i, "").replace(/\s+/g, "");
    if (text && /^[\x21-\x7e]+$/.test(text)) {
      token.value = text;
      return;
    }
    refused = false;
  }
}

/** The list of shortcuts, with the switch that turns them off. */
export function showHelp(keys, { isOn, setOn }) {
  return ask(t("help.title"), (close) => h("div", null,
    h("table", { class: "rows" }, h("thead", { class: "unseen" }, h("tr", null,
      h("th", { scope: "col" }, t("help.key")), h("th", { scope: "col" }, t("help.action")))),
    h("tbody", null, keys.map(([key, label]) => h("tr", null, h("td", null, h("kbd", null, key)), h("td", null, label))))),
    h("label", { class: "switch" },
      h("input", { type: "checkbox", set: { checked: isOn }, on: { change: (event) => setOn(event.target.checked) } }),
      " ", t("help.on")),
    buttons(h("button", { type: "button", class: "primary", autofocus: true, on: { click: () => close() } }, t("close")))));
}
