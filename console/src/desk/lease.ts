/** How long the holder still has an alert without a word, and when they are warned. */
import type { AlertSummary } from '../api/types';

/** The spans of the backend's lease (domain/alert/lease.py), in seconds; a test compares the two. */
export const LEASE_SECONDS = {
  emergency: 300,
  urgent: 600,
  advisory: 3600,
  en_route_grace: 600,
  on_site: 1800,
};

export type Lease = { leftMs: number; warned: boolean };

/** The lease of `alert` at `now`; null where it has none. Warned from two thirds on, as the backend does. */
export function leaseOf(alert: AlertSummary, now: number): Lease | null {
  if (alert.lease_until === null || alert.handling === 'closed') return null;
  const leftMs = Math.max(0, Date.parse(alert.lease_until) - now);
  return { leftMs, warned: leftMs <= (spanSeconds(alert) * 1000) / 3 };
}

function spanSeconds(alert: AlertSummary): number {
  if (alert.handling === 'arrived') return LEASE_SECONDS.on_site;
  const silent = alert.severity === 'technical' ? LEASE_SECONDS.advisory : LEASE_SECONDS[alert.severity];
  const journey = (alert.eta_minutes ?? 0) * 60 + LEASE_SECONDS.en_route_grace;
  return alert.handling === 'en_route' ? Math.max(silent, journey) : silent;
}

/** The alerts of `staffId` whose lease is about to run out, joined: what the desk reminds of. */
export function warnedIds(queue: readonly AlertSummary[], staffId: string, now: number): string {
  return queue
    .filter((alert) => alert.holder?.id === staffId && !alert.waiting && leaseOf(alert, now)?.warned === true)
    .map((alert) => alert.id)
    .join(' ');
}
