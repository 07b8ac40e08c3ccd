/** A time of day that somebody types, as the moment that is meant: the nearest one. */

const HALF_DAY_MS = 43_200_000;

/** `03:12` in the local zone as RFC 3339, within twelve hours of `now`; null where it is no time of day. */
export function nearestMoment(text: string, now: number): string | null {
  const found = /^([01]?\d|2[0-3])[:：]?([0-5]\d)$/.exec(text.trim());
  if (found === null) return null;
  const moment = new Date(now);
  moment.setHours(Number(found[1]), Number(found[2]), 0, 0);
  const off = moment.getTime() - now;
  if (off > HALF_DAY_MS) moment.setDate(moment.getDate() - 1);
  if (off < -HALF_DAY_MS) moment.setDate(moment.getDate() + 1);
  return moment.toISOString();
}

/** `03:12` of a moment in the local zone. */
export function typedTime(at: string): string {
  const moment = new Date(at);
  return `${String(moment.getHours()).padStart(2, '0')}:${String(moment.getMinutes()).padStart(2, '0')}`;
}
