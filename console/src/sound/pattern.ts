/** What each severity sounds like and which alert sounds next. Bursts after IEC 60601-1-8: more and faster is more urgent. */
import type { AlertSummary } from '../api/types';
import { rank } from '../desk/queue';

/** `tones`: frequency in Hz and start in seconds from the start of the burst. `everySeconds`: pause between starts. */
export type Pattern = {
  tones: readonly (readonly [hz: number, start: number])[];
  toneSeconds: number;
  lastsSeconds: number;
  everySeconds: number;
  volume: number;
};

const beats = (hz: readonly number[], gap: number): [number, number][] =>
  hz.map((tone, i) => [tone, i * gap]);

export const PATTERNS: readonly Pattern[] = [
  {
    tones: beats([988, 784, 988, 784, 988], 0.18),
    toneSeconds: 0.15,
    lastsSeconds: 0.95,
    everySeconds: 2,
    volume: 0.9,
  },
  { tones: beats([784, 784, 659], 0.26), toneSeconds: 0.2, lastsSeconds: 0.8, everySeconds: 5, volume: 0.7 },
  { tones: beats([659, 523], 0.35), toneSeconds: 0.25, lastsSeconds: 0.65, everySeconds: 15, volume: 0.5 },
  { tones: beats([440], 0.3), toneSeconds: 0.3, lastsSeconds: 0.35, everySeconds: 30, volume: 0.35 },
];

/** A lease that runs out: two soft rising tones, like no alarm. */
const REMINDER_PATTERN: Pattern = {
  tones: beats([587, 880], 0.22),
  toneSeconds: 0.2,
  lastsSeconds: 0.5,
  everySeconds: 20,
  volume: 0.5,
};
const ALL: readonly Pattern[] = [...PATTERNS, REMINDER_PATTERN];

/** Not an alarm: whoever holds an alert must give a sign of life. */
export const REMINDER = 'reminder';

/** 0 for what sounds first and most urgently. */
export function urgency(severity: string): number {
  return severity === REMINDER ? PATTERNS.length : rank(severity);
}

export function patternOf(severity: string): Pattern {
  return ALL[urgency(severity)] ?? (PATTERNS[0] as Pattern);
}

/** `severity`: of an alert, or REMINDER. */
export type Ringing = Pick<AlertSummary, 'id' | 'ring_seq'> & { severity: string };

/** The burst that is sounding or sounded last: whose, how urgent, when it began (steady milliseconds). */
export type LastBurst = { rank: number; startedAt: number };

/**
 * Which alert sounds now, or null for silence. One whose latest ring has not been heard goes first and cuts off a less
 * urgent burst; then the most urgent one repeats at its pace. `heard` maps alert id to the last ring_seq that sounded.
 */
export function nextBurst(
  ringing: readonly Ringing[],
  heard: ReadonlyMap<string, number>,
  last: LastBurst | null,
  now: number,
): Ringing | null {
  const byUrgency = [...ringing].sort((a, b) => urgency(a.severity) - urgency(b.severity));
  const unheard = byUrgency.find((alert) => (heard.get(alert.id) ?? 0) < alert.ring_seq);
  const since = last === null ? Number.POSITIVE_INFINITY : (now - last.startedAt) / 1000;
  const lastPattern = last === null ? null : ALL[last.rank];
  const sounding = lastPattern !== null && lastPattern !== undefined && since < lastPattern.lastsSeconds;
  if (unheard !== undefined) {
    return !sounding || (last !== null && urgency(unheard.severity) < last.rank) ? unheard : null;
  }
  const top = byUrgency[0];
  if (top === undefined || sounding) return null;
  return since >= patternOf(top.severity).everySeconds ? top : null;
}
