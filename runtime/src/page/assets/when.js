// Moments, as a reader says them: near ones by distance, in the reader's zone, the exact value in `title`.

import { el } from "./dom.js";

/** Units, their length in seconds, and how many there must be for a moment to be told in them. */
const STEPS = [["year", 31_536_000, 1.5], ["month", 2_592_000, 2.5], ["day", 86_400, 0.98], ["hour", 3600, 0.98], ["minute", 60, 0]];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "always" });
const dated = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });

export function distance(moment) {
  const seconds = (new Date(moment) - Date.now()) / 1000;
  if (Math.abs(seconds) < 45) return seconds < 0 ? "just now" : "in under a minute";
  const [unit, length] = STEPS.find(([, length, least]) => Math.abs(seconds) >= length * least);
  return relative.format(Math.round(seconds / length), unit);
}

/** `<time>` of an RFC 3339 moment; `otherwise` where there is none. */
export function time(moment, otherwise = "never") {
  if (!moment) return el("span", { class: "faint" }, otherwise);
  const title = `${exact.format(new Date(moment))}: ${moment}`;
  return el("time", { dateTime: moment, title }, distance(moment));
}

/** Date and time in full. */
export function date(moment) {
  return dated.format(new Date(moment));
}

/** What a `datetime-local` input holds for a moment. */
export function local(moment) {
  const at = new Date(moment);
  return new Date(at - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
