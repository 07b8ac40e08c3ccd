/** The order of the queue and what happens to it when an alert changes. */
import type { AlertSummary, Severity } from '../api/types';

export const SEVERITIES: readonly Severity[] = ['emergency', 'urgent', 'advisory', 'technical'];

export type Alerts = Readonly<Record<string, AlertSummary>>;

/** 0 for the most urgent. A severity that this console does not know yet is treated as an emergency. */
export function rank(severity: string): number {
  return Math.max(0, SEVERITIES.indexOf(severity as Severity));
}

/** Nobody has it, or nobody reacted when the person pressed again. */
export function isWaiting(alert: AlertSummary): boolean {
  return alert.waiting;
}

/** Whether this operator must hear it: another press on an alert that somebody holds rings the holder alone. */
export function ringsFor(alert: AlertSummary, staffId: string): boolean {
  return alert.ring && (alert.waiting || alert.holder === null || alert.holder.id === staffId);
}

export function isOpen(alert: AlertSummary): boolean {
  return alert.handling !== 'closed';
}

/** The order of the server's list, for changes that come between two lists: unaccepted, severity, longest waiting. */
export function compare(a: AlertSummary, b: AlertSummary): number {
  return (
    Number(!isWaiting(a)) - Number(!isWaiting(b)) ||
    rank(a.severity) - rank(b.severity) ||
    Date.parse(a.received_at) - Date.parse(b.received_at) ||
    a.id.localeCompare(b.id)
  );
}

/** The open alerts in queue order. */
export function queueOf(alerts: Alerts): AlertSummary[] {
  return Object.values(alerts).filter(isOpen).sort(compare);
}

/** Whether `alert` is something that an operator must be told of: a new one, or one that must ring again. */
export function isNews(known: AlertSummary | undefined, alert: AlertSummary): boolean {
  if (known === undefined) return isWaiting(alert);
  return alert.ring && alert.ring_seq > known.ring_seq;
}

/** The later of two states of one alert; the stream and the answers to our own calls overtake each other. */
export function later(known: AlertSummary | undefined, alert: AlertSummary): AlertSummary {
  return known !== undefined && known.version > alert.version ? known : alert;
}

/** `alerts` after the server's list: what the list does not name is gone, unless it came after the list was made. */
export function merge(alerts: Alerts, items: readonly AlertSummary[], streamId: number): Alerts {
  const merged: Record<string, AlertSummary> = {};
  for (const item of items) merged[item.id] = later(alerts[item.id], item);
  for (const known of Object.values(alerts)) {
    if (merged[known.id] === undefined && known.stream_id > streamId) merged[known.id] = known;
  }
  return merged;
}

/** The id `step` rows away from `from` in `queue`; the first row when `from` is not there. */
export function neighbour(queue: readonly AlertSummary[], from: string | null, step: number): string | null {
  const at = queue.findIndex((alert) => alert.id === from);
  const next = at < 0 ? 0 : Math.min(queue.length - 1, Math.max(0, at + step));
  return queue[next]?.id ?? from;
}
