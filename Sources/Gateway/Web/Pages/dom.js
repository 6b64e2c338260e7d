// Elements from calls, and the page patched to them in place: focus, selection and scroll positions stay as they are,
// and a text is never parsed as HTML.

const keyOf = Symbol("key");
const handlersOf = Symbol("handlers");
const propertiesOf = Symbol("properties");
const SVG = "http://www.w3.org/2000/svg";

/** h("button", { class: "plain", on: { click } }, "Text"). `key` tells siblings apart, `set` holds properties. */
export function h(tag, attributes, ...children) {
  return build(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function s(tag, attributes, ...children) {
  return build(document.createElementNS(SVG, tag), attributes, children);
}

function build(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "key") element[keyOf] = String(value);
    else if (name === "on") listen(element, value);
    else if (name === "set") element[propertiesOf] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  // A select has its options now.
  Object.assign(element, element[propertiesOf]);
  return element;
}

function append(element, children) {
  for (const child of children) {
    if (Array.isArray(child)) append(element, child);
    else if (child !== undefined && child !== null && child !== false && child !== "") {
      element.append(child instanceof Node ? child : String(child));
    }
  }
}

function listen(element, handlers) {
  element[handlersOf] = handlers;
  for (const type of Object.keys(handlers)) element.addEventListener(type, dispatch);
}

function dispatch(event) {
  return event.currentTarget[handlersOf]?.[event.type]?.(event);
}

/** Makes the children of `parent` what `nodes` are. */
export function show(parent, ...nodes) {
  const wanted = document.createElement(parent.nodeName);
  append(wanted, nodes);
  patchChildren(parent, wanted);
}

function patch(have, want) {
  if (have.nodeType !== Node.ELEMENT_NODE) {
    if (have.data !== want.data) have.data = want.data;
    return;
  }
  for (const { name, value } of want.attributes) {
    if (have.getAttribute(name) !== value) have.setAttribute(name, value);
  }
  for (const { name } of [...have.attributes]) {
    // What the reader has unfolded stays unfolded.
    if (!want.hasAttribute(name) && !(name === "open" && have.nodeName === "DETAILS")) have.removeAttribute(name);
  }
  patchHandlers(have, want);
  patchChildren(have, want);
  patchProperties(have, want);
}

function patchHandlers(have, want) {
  const handlers = want[handlersOf] ?? {};
  const before = have[handlersOf] ?? {};
  for (const type of Object.keys(handlers)) if (!(type in before)) have.addEventListener(type, dispatch);
  have[handlersOf] = handlers;
}

function patchProperties(have, want) {
  for (const [name, value] of Object.entries(want[propertiesOf] ?? {})) {
    // What someone is typing is theirs.
    if (name === "value" && have === document.activeElement && have.nodeName !== "SELECT") continue;
    if (have[name] !== value) have[name] = value;
  }
}

function alike(one, other) {
  return one.nodeType === other.nodeType && one.nodeName === other.nodeName && one[keyOf] === other[keyOf];
}

function patchChildren(parent, wanted) {
  const wants = [...wanted.childNodes];
  const wantedKeys = new Set(wants.map((node) => node[keyOf]).filter((key) => key !== undefined));
  const keyed = new Map();
  for (const node of [...parent.childNodes]) {
    if (node[keyOf] === undefined) continue;
    if (wantedKeys.has(node[keyOf])) keyed.set(node[keyOf], node);
    else node.remove();
  }
  let at = parent.firstChild;
  for (const want of wants) {
    const key = want[keyOf];
    const have = key === undefined ? at : keyed.get(key);
    if (have && alike(have, want)) {
      if (have === at) at = at.nextSibling;
      else parent.insertBefore(have, at);
      patch(have, want);
    } else if (at && key === undefined && at[keyOf] === undefined) {
      const after = at.nextSibling;
      at.replaceWith(want);
      at = after;
    } else {
      parent.insertBefore(want, at);
    }
  }
  while (at) {
    const after = at.nextSibling;
    at.remove();
    at = after;
  }
}
