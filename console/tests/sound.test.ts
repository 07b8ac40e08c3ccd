import { describe, expect, it } from 'vitest';
import { SEVERITIES } from '../src/desk/queue';
import { nextBurst, PATTERNS, patternOf } from '../src/sound/pattern';
import { alertOf } from './alerts';

const SOS = alertOf('sos');
const LEAK = alertOf('leak', { severity: 'urgent' });
const heard = (...alerts: (typeof SOS)[]) => new Map(alerts.map((alert) => [alert.id, alert.ring_seq]));

describe('what sounds next', () => {
  it('is silence when nobody rings', () => {
    expect(nextBurst([], new Map(), null, 0)).toBeNull();
  });

  it('is the most urgent that was not heard, then the others, then the most urgent again', () => {
    expect(nextBurst([LEAK, SOS], new Map(), null, 0)?.id).toBe('sos');
    expect(nextBurst([LEAK, SOS], heard(SOS), { rank: 0, startedAt: 0 }, 1_000)?.id).toBe('leak');
    expect(nextBurst([LEAK, SOS], heard(SOS, LEAK), { rank: 1, startedAt: 1_000 }, 1_500)).toBeNull();
    expect(nextBurst([LEAK, SOS], heard(SOS, LEAK), { rank: 1, startedAt: 1_000 }, 3_100)?.id).toBe('sos');
  });

  it('cuts off a less urgent burst, never a more urgent one', () => {
    expect(nextBurst([LEAK, SOS], heard(LEAK), { rank: 1, startedAt: 0 }, 100)?.id).toBe('sos');
    expect(nextBurst([LEAK, SOS], heard(SOS), { rank: 0, startedAt: 0 }, 100)).toBeNull();
  });

  it('sounds again when ring_seq rises', () => {
    expect(nextBurst([{ ...LEAK, ring_seq: 2 }], heard(LEAK), { rank: 1, startedAt: 0 }, 1_000)?.id).toBe(
      'leak',
    );
  });
});

describe('the patterns', () => {
  it('are as many as severities, all different, the more urgent the faster and louder', () => {
    expect(PATTERNS).toHaveLength(SEVERITIES.length);
    expect(new Set(PATTERNS.map((pattern) => JSON.stringify(pattern.tones))).size).toBe(PATTERNS.length);
    for (const [index, pattern] of PATTERNS.entries()) {
      const next = PATTERNS[index + 1] ?? { everySeconds: Number.POSITIVE_INFINITY, volume: 0 };
      expect(pattern.everySeconds).toBeLessThan(next.everySeconds);
      expect(pattern.volume).toBeGreaterThan(next.volume);
      expect(pattern.lastsSeconds).toBeLessThan(pattern.everySeconds);
    }
  });

  it('treat an unheard-of severity as an emergency', () => {
    expect(patternOf('unheard-of')).toBe(PATTERNS[0]);
  });
});
