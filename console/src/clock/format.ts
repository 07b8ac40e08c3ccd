/** How moments and spans are written: local zone, 24 hours, digits that do not jump. */

const two = (value: number): string => String(value).padStart(2, '0');

/** `03:12:45` in the local zone. */
export function clockTime(at: string): string {
  const moment = new Date(at);
  return `${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}`;
}

/** `11-24 03:12` in the local zone, with the year when it is another one than that of `now`. */
export function dayTime(at: string, now: number): string {
  const moment = new Date(at);
  const year = moment.getFullYear() === new Date(now).getFullYear() ? '' : `${moment.getFullYear()}-`;
  return `${year}${two(moment.getMonth() + 1)}-${two(moment.getDate())} ${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

/** Whether both moments are on one local day. */
export function sameDay(at: string, now: number): boolean {
  return new Date(at).toDateString() === new Date(now).toDateString();
}

/** `0:42`, `12:05`, `1:02:03`: a span in milliseconds; a negative one is `0:00`. */
export function stopwatchText(spanMs: number): string {
  const seconds = Math.max(0, Math.floor(spanMs / 1000));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

export type Span = { unit: 'seconds' | 'minutes' | 'hours' | 'days'; value: number };

/** The span in its largest fitting unit, rounded down: 479 s is 7 minutes. */
export function largestUnit(spanMs: number): Span {
  const seconds = Math.max(0, Math.floor(spanMs / 1000));
  if (seconds < 60) return { unit: 'seconds', value: seconds };
  if (seconds < 3600) return { unit: 'minutes', value: Math.floor(seconds / 60) };
  if (seconds < 86400) return { unit: 'hours', value: Math.floor(seconds / 3600) };
  return { unit: 'days', value: Math.floor(seconds / 86400) };
}
