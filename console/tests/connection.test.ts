import { beforeEach, describe, expect, it } from 'vitest';
import { BROKEN_MS, Connection, SILENCE_MS } from '../src/live/connection';
import type { FeedMessage } from '../src/live/messages';
import { alertOf } from './alerts';

class FakeSource extends EventTarget {
  closed = false;
  constructor(readonly url: string) {
    super();
  }
  close(): void {
    this.closed = true;
  }
  send(name: string, data: unknown, lastEventId = ''): void {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data), lastEventId }));
  }
}

let now: number;
let sources: FakeSource[];
let heard: FeedMessage[];
let connection: Connection;

const latest = () => sources.at(-1) as FakeSource;
const pass = (ms: number) => {
  for (const end = now + ms; now < end; ) {
    now += 1_000;
    connection.watch();
  }
};
const state = () => heard.filter((message) => message.kind === 'link').at(-1)?.state;

beforeEach(() => {
  now = 0;
  sources = [];
  heard = [];
  connection = new Connection({
    open: (url) => {
      sources.push(new FakeSource(url));
      return latest();
    },
    now: () => now,
    tell: (message) => heard.push(message),
  });
  connection.order({ kind: 'start', owner: 'me', after: 7 });
});

describe('the stream', () => {
  it('begins after the list and is online with the first thing heard', () => {
    expect(latest().url).toBe('/api/v1/stream?after=7');
    latest().send('ping', { at: '2026-11-24T03:12:45.000Z' });
    expect(state()).toBe('online');
  });

  it('is offline within 12 s of silence, though it looks open', () => {
    latest().send('ping', { at: 'x' });
    pass(12_000);
    expect(state()).toBe('offline');
    expect(SILENCE_MS).toBeLessThan(11_000);
  });

  it('resumes after the last alert that it has heard', () => {
    latest().send('alert', alertOf('a'), '9');
    latest().dispatchEvent(new Event('error'));
    pass(2_000);
    expect(sources).toHaveLength(2);
    expect(latest().url).toBe('/api/v1/stream?after=9');
    expect(sources[0]?.closed).toBe(true);
  });

  it('that is refused shows offline sooner, keeps trying, and comes back', () => {
    latest().dispatchEvent(new Event('error'));
    for (let tries = 0; tries < 4; tries += 1) {
      pass(2_000);
      latest().dispatchEvent(new Event('error'));
    }
    expect(now).toBeLessThan(SILENCE_MS);
    expect(now).toBeGreaterThan(BROKEN_MS);
    expect(state()).toBe('offline');
    pass(2_000);
    latest().send('ping', { at: 'x' });
    expect(state()).toBe('online');
  });

  it('hears nothing from a source that it has given up', () => {
    const old = latest();
    pass(12_000);
    expect(latest()).not.toBe(old);
    old.send('alert', alertOf('a'), '9');
    expect(heard.some((message) => message.kind === 'alert')).toBe(false);
  });

  it('stops at a resync and starts again after the new list', () => {
    latest().send('resync', {});
    expect(heard.at(-1)).toEqual({ kind: 'resync' });
    connection.order({ kind: 'start', owner: 'me', after: 50 });
    expect(latest().url).toBe('/api/v1/stream?after=50');
  });

  it('is shared by a second page, but begins anew for an older list or another person', () => {
    connection.order({ kind: 'start', owner: 'me', after: 8 });
    expect(sources).toHaveLength(1);
    connection.order({ kind: 'start', owner: 'me', after: 6 });
    expect(sources).toHaveLength(2);
    connection.order({ kind: 'start', owner: 'somebody else', after: 9 });
    expect(sources).toHaveLength(3);
    connection.order({ kind: 'stop' });
    expect(latest().closed).toBe(true);
  });
});
