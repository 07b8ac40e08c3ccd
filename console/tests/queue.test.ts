import { describe, expect, it } from 'vitest';
import { isNews, later, merge, neighbour, queueOf, ringsFor } from '../src/desk/queue';
import { alertOf, CLOSED, HELD } from './alerts';

const byId = (...alerts: ReturnType<typeof alertOf>[]) => Object.fromEntries(alerts.map((a) => [a.id, a]));

describe('the queue', () => {
  it('shows those that wait first, then by severity, then the longest waiting; closed ones not at all', () => {
    const queue = queueOf(
      byId(
        alertOf('held', HELD),
        alertOf('urgent', { severity: 'urgent', received_at: '2026-11-24T01:00:00Z' }),
        alertOf('second'),
        alertOf('first', { received_at: '2026-11-24T03:00:00Z' }),
        alertOf('over', CLOSED),
      ),
    );
    expect(queue.map((alert) => alert.id)).toEqual(['first', 'second', 'urgent', 'held']);
  });

  it('puts a held alert that waits again before those in hand', () => {
    const again = alertOf('again', { ...HELD, waiting: true, ring: true });
    expect(queueOf(byId(alertOf('held', HELD), again)).map((a) => a.id)).toEqual(['again', 'held']);
  });

  it('never goes back to an older state of an alert', () => {
    const now = alertOf('a', { version: 3 });
    expect(later(now, alertOf('a', { version: 2 }))).toBe(now);
  });

  it('keeps what came by the stream after the list was made, and forgets what the list no longer names', () => {
    const merged = merge(
      byId(alertOf('gone', { stream_id: 4 }), alertOf('new', { stream_id: 6 })),
      [alertOf('a')],
      5,
    );
    expect(Object.keys(merged).sort()).toEqual(['a', 'new']);
  });

  it('moves the selection by rows and stops at the ends', () => {
    const queue = [alertOf('a'), alertOf('b')];
    expect(neighbour(queue, 'a', 1)).toBe('b');
    expect(neighbour(queue, 'b', 1)).toBe('b');
    expect(neighbour(queue, 'nobody', -1)).toBe('a');
    expect(neighbour([], null, 1)).toBeNull();
  });
});

describe('news', () => {
  it('is a new alert, another press, and nothing else', () => {
    expect(isNews(undefined, alertOf('a'))).toBe(true);
    expect(isNews(alertOf('a'), alertOf('a', { ring_seq: 2 }))).toBe(true);
    expect(isNews(alertOf('a'), alertOf('a', HELD))).toBe(false);
    expect(isNews(undefined, alertOf('a', HELD))).toBe(false);
  });

  it('rings everybody while nobody has it, and the holder alone for another press', () => {
    const again = alertOf('a', { ...HELD, ring: true });
    expect(ringsFor(alertOf('a'), 'other')).toBe(true);
    expect(ringsFor(again, 'me')).toBe(true);
    expect(ringsFor(again, 'other')).toBe(false);
    expect(ringsFor({ ...again, waiting: true }, 'other')).toBe(true);
  });
});
