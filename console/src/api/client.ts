/** One call to the backend: what is sent with it, and which of three ways it ended: an answer, a problem, no answer. */

const PREFIX = '/api/v1';
const TIMEOUT_MS = 10_000;

/** The backend refused; `code` is its stable reason, `body` the whole RFC 9457 document. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly body: Record<string, unknown>,
  ) {
    super(code);
  }

  /** What the backend says of it in words, in the language of the page. */
  get words(): string {
    return (
      [this.body.title, this.body.detail].filter((text) => typeof text === 'string').join(' — ') || this.code
    );
  }
}

/** No answer that says what became of the call: the line is down, or the server failed. It may have been done. */
export class Unreachable extends Error {}

let csrfToken = '';
let language = 'zh-CN';
let onNobody: () => void = () => undefined;

/** The token of the session, sent with every unsafe call. */
export function setCsrfToken(token: string): void {
  csrfToken = token;
}

/** The language in which the backend words its problems. */
export function setLanguage(locale: string): void {
  language = locale;
}

/** `listener` hears when the backend no longer knows who we are. */
export function whenNobody(listener: () => void): void {
  onNobody = listener;
}

/** 128 random bits in hex; `crypto.randomUUID` is missing where the page came over plain HTTP from another host. */
export function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Calls `path` under /api/v1. Throws Problem (4xx) or Unreachable (no answer, 5xx, not JSON). */
export async function call<T>(method: Method, path: string, body?: unknown, key = randomKey()): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': language };
  if (method !== 'GET') Object.assign(headers, { 'X-CSRF-Token': csrfToken, 'Idempotency-Key': key });
  const init: RequestInit = { method, headers, signal: AbortSignal.timeout(TIMEOUT_MS) };
  if (body !== undefined) {
    headers['Content-Type'] = 'application/json';
    init.body = JSON.stringify(body);
  }
  const answer = await fetch(PREFIX + path, init).catch((error: unknown) => {
    throw new Unreachable(String(error));
  });
  return read<T>(answer, path);
}

async function read<T>(answer: Response, path: string): Promise<T> {
  if (answer.status === 204) return undefined as T;
  const document: unknown = await answer.json().catch(() => undefined);
  if (answer.ok && document !== undefined) return document as T;
  if (answer.status >= 500 || document === undefined) throw new Unreachable(`HTTP ${answer.status}`);
  const problem = document as Record<string, unknown>;
  const code = typeof problem.code === 'string' ? problem.code : `http_${answer.status}`;
  if (answer.status === 401 && path !== '/session') onNobody();
  throw new Problem(answer.status, code, problem);
}
