/** What an operator does to an alert, sent so that it happens once: one key from the first try to a final answer. */
import { sendOnce } from './send';
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

/** Sends `action` and answers with the alert after it. */
export function perform(alertId: string, action: Action): Promise<AlertDetail> {
  const body = 'body' in action ? action.body : undefined;
  return sendOnce('POST', `/alerts/${encodeURIComponent(alertId)}/${action.name}`, body);
}
