/** The file that reads the wall clock: the server's time, as far as this browser can tell, and a tick for the screen. */
import { useSyncExternalStore } from 'react';

let offsetMs = 0;
let tick = Date.now();
const listeners = new Set<() => void>();

/** Takes the server's `at` (RFC 3339) of a ping or a health answer: waiting times follow the server, not this PC. */
export function learnServerTime(at: string): void {
  const server = Date.parse(at);
  if (!Number.isFinite(server)) return;
  offsetMs = server - Date.now();
  renew();
}

/** Milliseconds since 1970 by the server's clock. */
export function serverNow(): number {
  return Date.now() + offsetMs;
}

/** Resolves after `ms` milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function renew(): void {
  tick = serverNow();
  for (const listener of listeners) listener();
}

setInterval(renew, 500);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The server's time, renewed twice a second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => tick);
}
