import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { perform } from '../src/api/actions';
import { Problem, setCsrfToken, Unreachable } from '../src/api/client';

type Sent = { url: string; key: string | null; csrf: string | null };
let sent: Sent[];
let answers: (Response | Error)[];

beforeEach(() => {
  sent = [];
  answers = [];
  vi.useFakeTimers();
  setCsrfToken('the-token');
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const headers = new Headers(init.headers);
    sent.push({ url, key: headers.get('Idempotency-Key'), csrf: headers.get('X-CSRF-Token') });
    const answer = answers.shift() ?? new Error('no line');
    if (answer instanceof Error) throw answer;
    return answer;
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
const finished = async (work: Promise<unknown>) => {
  const result = work.then(
    (value) => value,
    (error: unknown) => error,
  );
  await vi.runAllTimersAsync();
  return result;
};

describe('an action', () => {
  it('is asked for again under the same key when the answer is lost', async () => {
    answers = [new Error('cut'), json(503, {}), json(200, { id: 'a' })];
    expect(await finished(perform('a', { name: 'accept' }))).toEqual({ id: 'a' });
    expect(new Set(sent.map((call) => call.key)).size).toBe(1);
    expect(sent.map((call) => call.csrf)).toEqual(['the-token', 'the-token', 'the-token']);
  });

  it('keeps its key for the operator who tries again, and takes a new one after a definite answer', async () => {
    const note = { name: 'notes', body: { text: 'same words' } } as const;
    expect(await finished(perform('b', note))).toBeInstanceOf(Unreachable);
    answers = [json(200, { id: 'b' }), json(200, { id: 'b' })];
    await finished(perform('b', note));
    await finished(perform('b', note));
    const keys = sent.map((call) => call.key);
    expect(new Set(keys.slice(0, 4)).size).toBe(1);
    expect(keys[4]).not.toBe(keys[3]);
  });

  it('is not repeated when it was refused', async () => {
    answers = [json(409, { code: 'already_accepted' })];
    const refused = await finished(perform('c', { name: 'accept' }));
    expect(refused).toBeInstanceOf(Problem);
    expect(sent).toHaveLength(1);
  });
});
