// Requests to the gateway: the token, refusals as problem+json, and the server's clock.

import { t } from "./texts.js";

/** What the gateway has refused, or that it was not reached: `status` is 0 then. */
export class Refusal extends Error {
  constructor({ status, detail, kind, errors = [], retryAfter, location }) {
    super(detail);
    Object.assign(this, { status, kind, errors, retryAfter, location });
  }
}

const storage = "negawatt.token";
/** How long what a write has done may be unknown to another replica. */
const positionMs = 5000;
let skewMs = 0;
let position;
let ageSeconds = 0;
let askForToken;
let asking;

export const token = {
  get value() { return sessionStorage.getItem(storage) ?? ""; },
  set value(text) {
    if (text) sessionStorage.setItem(storage, text);
    else sessionStorage.removeItem(storage);
  },
};

/** Who asks the reader for a token; the promise is fulfilled when there is one. */
export function onUnauthorized(ask) { askForToken = ask; }

/** The server's clock: that of the reader's machine may be wrong by minutes, and a countdown with it. */
export const serverNow = () => Date.now() + skewMs;

function noteClock(response, sentAt) {
  const date = Date.parse(response.headers.get("date") ?? "");
  if (Number.isNaN(date)) return;
  const receivedAt = Date.now();
  // An answer out of a cache bears the time of its making.
  if (Number(response.headers.get("age") ?? 0) > 0 || receivedAt - sentAt > 2000) return;
  const skew = date + 500 - (sentAt + receivedAt) / 2;
  skewMs = Math.abs(skew) < 2000 ? 0 : skew;
}

function notePosition(response) {
  const text = response.headers.get("x-position");
  if (text) position = { text, at: Date.now() };
}

export const sleep = (ms, signal) => new Promise((resolve) => {
  if (signal?.aborted) return resolve();
  const done = () => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", done);
    resolve();
  };
  const timer = setTimeout(done, ms);
  signal?.addEventListener("abort", done);
});

/** Under the page's own address, also where a proxy serves it below a path. */
export const url = (path) => new URL(path, document.baseURI);

/** The path of a link that the gateway has made: it names a host that need not be the one this page came from. */
export const pathOf = (link) => {
  const { pathname, search } = new URL(link, document.baseURI);
  const base = new URL(document.baseURI).pathname.replace(/[^/]*$/, "");
  return (base !== "/" && pathname.startsWith(base) ? pathname.slice(base.length) : pathname.slice(1)) + search;
};

/** An id as a segment of a path. */
export const segment = (id) => encodeURIComponent(id);

/** A path with a query; what is empty is left out. */
export function withQuery(path, values) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== null && value !== "") query.set(name, value);
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

/** One request. Asks for a token and repeats it when the gateway wants one; does not look at other states. */
export async function request(path, options = {}) {
  for (;;) {
    const headers = new Headers(options.headers);
    const used = token.value;
    if (used) headers.set("Authorization", `Bearer ${used}`);
    if (position && Date.now() - position.at < positionMs) headers.set("X-Position", position.text);
    if (!headers.has("Accept")) headers.set("Accept", "application/hal+json, application/json, application/problem+json");
    const sentAt = Date.now();
    let response;
    try {
      response = await fetch(url(path), { ...options, headers, cache: "no-cache", credentials: "same-origin" });
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw new Refusal({ status: 0, detail: t("offline") });
    }
    noteClock(response, sentAt);
    notePosition(response);
    if (response.status !== 401 || !askForToken) return response;
    // Another request may have brought a new one meanwhile.
    if (token.value === used) await (asking ??= askForToken(Boolean(used)).finally(() => { asking = undefined; }));
    if (options.signal?.aborted) throw new DOMException("aborted", "AbortError");
  }
}

const seconds = (text) => (/^\d+$/.test(text ?? "") ? Number(text) : undefined);

export async function refusalOf(response) {
  let problem = {};
  try {
    problem = await response.json();
  } catch {
    // A proxy's page, or nothing.
  }
  return new Refusal({
    status: response.status,
    detail: problem.detail || problem.message || problem.title || `${response.status} ${response.statusText}`.trim(),
    kind: problem.kind,
    errors: Array.isArray(problem.errors) ? problem.errors : [],
    retryAfter: seconds(response.headers.get("retry-after")),
    location: response.headers.get("location") ?? undefined,
  });
}

/** How old the view was that the last GET was answered from. */
export const lastAgeSeconds = () => ageSeconds;

/** The JSON of a GET. */
export const get = async (path, options) => (await getTagged(path, options)).data;

/** The same with its ETag: `{data, tag}`. A gateway that is busy for a moment is asked again when it says so. */
export async function getTagged(path, { signal } = {}) {
  for (let attempt = 0; ; attempt += 1) {
    const response = await request(path, { signal });
    if (response.ok) {
      ageSeconds = seconds(response.headers.get("age")) ?? 0;
      return { data: await response.json(), tag: response.headers.get("etag") ?? undefined };
    }
    const refusal = await refusalOf(response);
    const isBusy = refusal.status === 429 || refusal.status === 503;
    if (!isBusy || attempt === 3 || (refusal.retryAfter ?? 1) > 15) throw refusal;
    await sleep(((refusal.retryAfter ?? 1) + Math.random()) * 1000, signal);
  }
}

/** A write: `{status, data, location}`. `key` makes a repeat harmless; with `tag` it is refused when something else stands there now. */
export async function send(method, path, body, { key, tag, signal, isAsync } = {}) {
  const headers = {};
  if (isAsync) headers.Prefer = "respond-async";
  if (tag) headers["If-Match"] = tag;
  if (key) headers["Idempotency-Key"] = `"${key}"`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const response = await request(path, {
    method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!response.ok) throw await refusalOf(response);
  let data;
  try {
    data = await response.json();
  } catch {
    // No body.
  }
  return { status: response.status, data, location: response.headers.get("location") ?? undefined };
}

/** A key that nobody else makes; crypto.randomUUID is there only with TLS. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
