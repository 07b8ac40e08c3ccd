/** What was tried to bring somebody to an alert, from its timeline, its notices and its calls, the latest first. */
import type { Call, Notice, TimelineEntry } from '../../api/types';

type Attempt = Notice['attempts'][number];

/** `good`: somebody was reached; `bad`: nobody was; `open`: not known yet; `plain`: neither. */
export type Tone = 'good' | 'bad' | 'open' | 'plain';

export type Tried = { key: string; at: string; tone: Tone } & (
  | { kind: 'entry'; entry: TimelineEntry }
  | { kind: 'attempt'; notice: Notice; attempt: Attempt }
  | { kind: 'waiting'; notice: Notice }
  | { kind: 'call'; call: Call }
);

/** The steps of escalation and the answers to it; notices and calls have lines of their own. */
const TONES: Readonly<Record<string, Tone>> = {
  raised: 'plain',
  pressed_again: 'plain',
  escalated: 'plain',
  step_skipped: 'bad',
  offered: 'plain',
  held: 'open',
  resumed: 'plain',
  nobody_reached: 'bad',
  nobody_on_duty: 'bad',
  all_channels_failed: 'bad',
  notice_passed: 'bad',
  no_voice: 'bad',
  voice_contact: 'good',
  accepted: 'good',
  taken_over: 'good',
  requeued: 'bad',
  lease_ran_out: 'bad',
  handed_over: 'open',
  dispatched: 'plain',
  responder_opened: 'open',
  responder_accepted: 'good',
  responder_en_route: 'good',
  responder_arrived: 'good',
  responder_alarm: 'bad',
  en_route: 'good',
  arrived: 'good',
};

export function triedOf(
  timeline: readonly TimelineEntry[],
  notices: readonly Notice[],
  calls: readonly Call[],
): readonly Tried[] {
  const rows: Tried[] = [];
  for (const entry of timeline) {
    const tone = TONES[entry.kind];
    if (tone !== undefined) rows.push({ kind: 'entry', key: `e${entry.id}`, at: entry.at, tone, entry });
  }
  for (const notice of notices) {
    if (notice.attempts.length === 0) {
      const tone = notice.state === 'pending' || notice.state === 'sending' ? 'open' : 'bad';
      rows.push({ kind: 'waiting', key: notice.id, at: notice.created_at, tone, notice });
    }
    notice.attempts.forEach((attempt, n) => {
      const key = `${notice.id}-${n}`;
      rows.push({ kind: 'attempt', key, at: attempt.began_at, tone: toneOf(attempt), notice, attempt });
    });
  }
  for (const call of calls) {
    const tone = call.result === null ? 'open' : call.result === 'spoken' ? 'good' : 'bad';
    rows.push({ kind: 'call', key: call.id, at: call.began_at, tone, call });
  }
  return rows.sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

/** Delivery is not acceptance, but it is more than nothing. What nobody knows the result of is open. */
function toneOf(attempt: Attempt): Tone {
  if (attempt.receipt === 'failed') return 'bad';
  if (attempt.result === 'delivered' || attempt.receipt === 'delivered') return 'good';
  return attempt.result === null || attempt.result === 'accepted' ? 'open' : 'bad';
}
