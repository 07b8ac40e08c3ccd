/** What an operator does to an alert, sent so that it happens once: one key from the first try to a final answer. */
import { pause } from '../clock/time';
import { call, randomKey, Unreachable } from './client';
import type { AlertDetail } from './types';

/** What was done of the script; `impossible` needs a reason. */
export type StepMark = { step: string; state: 'done' | 'impossible'; reason?: string };

export type Action =
  | { name: 'accept' }
  | { name: 'dispatch'; body: { responder: string; note?: string } }
  | { name: 'en-route'; body: { eta_minutes: number } }
  | { name: 'arrived' }
  | { name: 'close'; body: { outcome: string; note?: string; seen_by?: string; steps?: StepMark[] } }
  | { name: 'transfer'; body: { to: string; note?: string } }
  | { name: 'notes'; body: { text: string } };

export type ActionName = Action['name'];

const RETRY_AFTER_MS = [400, 1500];
const keys = new Map<string, string>();

/**
 * Sends `action` and answers with the alert after it. A lost answer is asked for again with the same key, here and when
 * the operator tries the same action later; only a definite answer ends the key.
 */
export async function perform(alertId: string, action: Action): Promise<AlertDetail> {
  const body = 'body' in action ? action.body : undefined;
  const identity = JSON.stringify([alertId, action.name, body]);
  const key = keys.get(identity) ?? randomKey();
  keys.set(identity, key);
  for (let attempt = 0; ; attempt += 1) {
    try {
      const detail = await call<AlertDetail>(
        'POST',
        `/alerts/${encodeURIComponent(alertId)}/${action.name}`,
        body,
        key,
      );
      keys.delete(identity);
      return detail;
    } catch (error) {
      const wait = RETRY_AFTER_MS[attempt];
      if (!(error instanceof Unreachable)) keys.delete(identity);
      if (!(error instanceof Unreachable) || wait === undefined) throw error;
      await pause(wait);
    }
  }
}
