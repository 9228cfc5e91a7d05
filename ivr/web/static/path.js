// The path of a call that is tried out: the steps that were heard, and the events that led from one to the next. As text it
// is "8 2 wait 1": keys, "wait" for a silence, the status of a dial, and the address of a place that the tester went to.

import { captionsOf, KEYS, respond, stepsOf } from "./line.js";
import { sentencesOfLine } from "./sentences.js";

/**
 * @typedef {import("./line.js").Line} Line
 * @typedef {{ place: string, index: number, event: string }} Point the step `index` of `place`, and the event that led there
 */

export const WAIT = "wait";

/** The step of a point. @param {Line} line @param {Point} point */
export const stepAt = (line, { place, index }) => stepsOf(line, place)[index];

/** @param {Point[]} points */
export const textOf = (points) =>
  points
    .map(({ event }) => event)
    .filter(Boolean)
    .join(" ");

/** The part of an address after "#" that repeats a path. @param {string} text */
export const fragmentOf = (text) => `#${new URLSearchParams({ keys: text })}`;

/** The events in a fragment, [] if it has none. @param {string} fragment */
export const eventsIn = (fragment) =>
  (new URLSearchParams(fragment.slice(1)).get("keys") ?? "").split(" ").filter(Boolean);

/**
 * The points of a path from the place `first` on, up to the last event that can happen there.
 * @param {Line} line @param {string} first @param {string[]} events @returns {Point[]}
 */
export function pointsOf(line, first, events) {
  const points = [{ place: first, index: 0, event: "" }];
  for (const event of events) {
    const next = pointAfter(line, points[points.length - 1], event);
    if (!next) break;
    if (Object.hasOwn(line.places, event)) points.length = 0;
    points.push(next);
  }
  return points;
}

/** @param {Line} line @param {Point} point @param {string} event @returns {Point | null} */
function pointAfter(line, point, event) {
  const step = stepAt(line, point);
  if (Object.hasOwn(line.places, event)) return { place: event, index: 0, event };
  if (event === WAIT) {
    const isLast = point.index + 1 >= stepsOf(line, point.place).length;
    return isLast ? null : { place: point.place, index: point.index + 1, event };
  }
  if (step.kind === "ask" && KEYS.includes(event)) {
    return { place: respond(line, step.place, { key: event }), index: 0, event };
  }
  if (step.kind === "dial" && Object.hasOwn(line.dial_statuses, event)) {
    const ended = { dialStatus: event, bridged: event === "completed" };
    return { place: respond(line, step.place, ended), index: 0, event };
  }
  return null;
}

/** The estimated seconds of what a step says. @param {Line} line @param {Point} point */
export function secondsSaid(line, point) {
  return captionsOf(line, stepAt(line, point)).reduce((sum, { seconds }) => sum + seconds, 0);
}

/**
 * The estimated seconds from the start to the last point, for a caller who presses each key when it has been offered, or
 * after everything was said.
 * @param {Line} line @param {Point[]} points
 */
export function secondsBefore(line, points) {
  return points.slice(0, -1).reduce((sum, point, index) => sum + secondsUntil(line, point, points[index + 1].event), 0);
}

/** @param {Line} line @param {Point} point @param {string} event */
function secondsUntil(line, point, event) {
  if (event === WAIT) return secondsSaid(line, point) + (stepAt(line, point).wait ?? 0);
  let sum = 0;
  for (const { lines, keys, sentences } of captionsOf(line, stepAt(line, point))) {
    let read = 0;
    for (const [number, pieces] of lines.entries()) {
      const end = read + sentencesOfLine(pieces).length;
      sum += sentences.slice(read, end).reduce((all, { seconds }) => all + seconds, 0);
      read = end;
      if (keys[number] === event) return sum;
    }
  }
  return sum;
}

/** The words of a place's address by name, such as node and part. @param {Line} line @param {string} place */
export const wordsOf = (line, place) => new RegExp(`^${line.addresses.place}$`).exec(place)?.groups ?? {};
