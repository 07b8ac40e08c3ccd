/** An unsafe call that happens once: one key from the first try to a final answer, here and when it is tried again. */
import { pause } from '../clock/time';
import { call, type Method, randomKey, Unreachable } from './client';

const RETRY_AFTER_MS = [400, 1500];
const keys = new Map<string, string>();

/** Sends `body` to `path`. A lost answer is asked for again with the same key; only a definite answer ends the key. */
export async function sendOnce<T>(method: Method, path: string, body?: unknown): Promise<T> {
  const identity = JSON.stringify([method, path, body]);
  const key = keys.get(identity) ?? randomKey();
  keys.set(identity, key);
  for (let attempt = 0; ; attempt += 1) {
    try {
      const answer = await call<T>(method, path, body, key);
      keys.delete(identity);
      return answer;
    } catch (error) {
      const wait = RETRY_AFTER_MS[attempt];
      if (!(error instanceof Unreachable)) keys.delete(identity);
      if (!(error instanceof Unreachable) || wait === undefined) throw error;
      await pause(wait);
    }
  }
}
