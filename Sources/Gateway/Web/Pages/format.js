// Numbers, quantities and times as people read them.

import { language } from "./texts.js";

const zone = document.querySelector('meta[name="time-zone"]')?.content || undefined;
const made = new Map();

function formatter(kind, options) {
  const key = `${language()} ${kind.name} ${JSON.stringify(options)}`;
  if (!made.has(key)) made.set(key, new kind(language(), options));
  return made.get(key);
}

export const dash = "–";

const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

export function number(value, digits = 0) {
  if (!isNumber(value)) return dash;
  return formatter(Intl.NumberFormat, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

export function signed(value) {
  if (!isNumber(value)) return dash;
  return formatter(Intl.NumberFormat, { signDisplay: "exceptZero" }).format(value);
}

export function percent(part, whole) {
  if (!isNumber(part) || !isNumber(whole) || whole === 0) return dash;
  return formatter(Intl.NumberFormat, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(part / whole);
}

const large = [
  { from: 1e11, by: 1e9, prefix: "G", digits: 2 },
  { from: 1e9, by: 1e6, prefix: "M", digits: 1 },
  { from: 1e7, by: 1e6, prefix: "M", digits: 2 },
  { from: 1e6, by: 1e3, prefix: "k", digits: 0 },
  { from: 1e4, by: 1e3, prefix: "k", digits: 1 },
];
/** Capacities are thought of in kW, however small; energies of a quarter hour in Wh. */
const powers = [...large, { from: 0, by: 1e3, prefix: "k", digits: 2 }];
const energies = [...large, { from: 0, by: 1, prefix: "", digits: 0 }];

const scaleOf = (value, scales) => scales.find((one) => Math.abs(value) >= one.from);

function scaled(value, unit, scales, like) {
  if (!isNumber(value)) return dash;
  const scale = scaleOf(isNumber(like) ? like : value, scales);
  return `${number(value / scale.by, scale.digits)} ${scale.prefix}${unit}`;
}

/** A capacity, which is in Wh an hour. `like` is the largest beside it, so that all of them have one unit. */
export const power = (watts, like) => scaled(watts, "W", powers, like);
export const energy = (wh, like) => scaled(wh, "Wh", energies, like);

/** A customer's capacity: in a column of them all have the same unit. */
export const kilowatts = (watts) => (isNumber(watts) ? `${number(watts / 1000, 2)} kW` : dash);

/** A capacity as it is typed, in kW; and back, in W. A comma for a point is meant as one where no thousands stand behind it. */
export const toKilowatts = (watts) => String(watts / 1000);
export function fromKilowatts(text) {
  const plain = text.trim().replace(/^(\d{1,3})(?:,\d{3})+(?=\.|$)/, (whole) => whole.replaceAll(",", "")).replace(",", ".");
  if (!/^\d{1,10}(\.\d{1,3})?$/.test(plain)) return undefined;
  return Math.round(Number(plain) * 1000);
}

/** The unit alone, and a figure without it, for a table whose row has one unit. */
export const unitOf = (like) => `${scaleOf(isNumber(like) ? like : 0, powers).prefix}W`;
export function inUnitOf(value, like) {
  const scale = scaleOf(isNumber(like) ? like : 0, powers);
  return isNumber(value) ? number(value / scale.by, scale.digits) : dash;
}

/** A time, or undefined for what is none. */
export function moment(value) {
  if (value === undefined || value === null || value === "") return undefined;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

const clockParts = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone };
const dayParts = { year: "numeric", month: "2-digit", day: "2-digit", timeZone: zone };

/** 14:30:05 */
export function clock(value, seconds = true) {
  const date = moment(value);
  if (!date) return dash;
  return formatter(Intl.DateTimeFormat, seconds ? { ...clockParts, second: "2-digit" } : clockParts).format(date);
}

/** 2026-06-08, in every language. */
export function day(value) {
  const date = moment(value);
  if (!date) return dash;
  const parts = Object.fromEntries(
    formatter(Intl.DateTimeFormat, { ...dayParts, calendar: "gregory", numberingSystem: "latn" })
      .formatToParts(date).map(({ type, value: text }) => [type, text]));
  return `${parts.year}-${parts.month}-${parts.day}`;
}

/** The time of a day of today's, with its day otherwise. */
export function when(value, { seconds = true, now = Date.now() } = {}) {
  const date = moment(value);
  if (!date) return dash;
  const time = clock(date, seconds);
  return day(date) === day(now) ? time : `${day(date)} ${time}`;
}

/** The zone's name, as KST. */
export function zoneName() {
  const parts = new Intl.DateTimeFormat("en", { timeZoneName: "short", timeZone: zone }).formatToParts(new Date());
  const name = parts.find((part) => part.type === "timeZoneName")?.value ?? "";
  return zone === "Asia/Seoul" ? "KST" : name;
}

/** 1:02:03, or 3 d 1:02:03. */
export function duration(ms, { seconds = true } = {}) {
  const total = Math.max(0, Math.floor(ms / 1000));
  const two = (value) => String(value).padStart(2, "0");
  const days = Math.floor(total / 86400);
  const hours = Math.floor((total % 86400) / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const text = seconds ? `${hours}:${two(minutes)}:${two(total % 60)}` : `${hours}:${two(minutes)}`;
  if (days === 0) return text;
  return language() === "ko" ? `${days}일 ${text}` : `${days} d ${text}`;
}

/** The offset of the pages' zone from UTC at a time, in ms. */
function offset(time) {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat("en", {
      year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
      hourCycle: "h23", timeZone: zone,
    }).formatToParts(time).map(({ type, value }) => [type, Number(value)]));
  const local = Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
  return local - Math.floor(time / 1000) * 1000;
}

/** What a datetime-local input says, in the pages' zone, as ISO 8601 in UTC. undefined for an empty one. */
export function fromInput(text) {
  if (!text) return undefined;
  const local = Date.parse(`${text}${text.length === 16 ? ":00" : ""}Z`);
  if (Number.isNaN(local)) return undefined;
  const guess = local - offset(local);
  return new Date(local - offset(guess)).toISOString();
}

/** The same the other way. */
export function toInput(time) {
  return new Date(time + offset(time)).toISOString().slice(0, 16);
}
