/** How an alert's people and place are named in one line. */
import type { AlertSummary } from '../api/types';

/** The residents' names; the home's label where none is known; the terminal where nobody has enrolled it. */
export function whoOf(alert: AlertSummary): string {
  if (alert.residents.length > 0) return alert.residents.map((resident) => resident.name).join(' / ');
  if (alert.home !== null) return alert.home.label;
  return alert.device_id;
}

/** The landmark, which is what a driver asks for, or else the address. */
export function whereOf(alert: AlertSummary): string {
  const parts = [alert.home?.landmark ?? alert.home?.address, alert.room];
  return parts.filter((part) => part !== null && part !== undefined && part !== '').join(' · ');
}

/** Age in whole years by the year of birth alone. */
export function ageOf(birthYear: number | null, now: number): number | null {
  return birthYear === null ? null : new Date(now).getFullYear() - birthYear;
}
