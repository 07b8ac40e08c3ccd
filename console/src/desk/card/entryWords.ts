/** A timeline entry in words: what happened, why, and what is known of it; never a code as it is. */
import type { TimelineEntry } from '../../api/types';
import { clockTime } from '../../clock/format';
import type { Texts, Values } from '../../i18n/texts';
import type { Words } from '../useVocabulary';

/** Names that an entry mentions by id. */
export type Named = { organisation: (id: string) => string; step: (id: string) => string };

/** Where the words for the reason of each kind stand; a kind that is not named here has its reason in words already. */
export const REASONS: Readonly<Record<string, string>> = {
  requeued: 'reason',
  severity_raised: 'trouble',
  escalated: 'why',
  step_skipped: 'why',
  offered: 'why',
  resumed: 'reason',
  nobody_reached: 'reason',
  notice_sent: 'cause',
  notice_delivered: 'cause',
  notice_failed: 'cause',
  notice_passed: 'reason',
  responder_arrived: 'reason',
  responder_alarm: 'alarm',
  key_used: 'reason',
  called: 'call.to',
  call_ended: 'call.result',
  no_voice: 'silence',
  audited: 'finding',
  review_opened: 'review',
  noted: 'reason',
  dispatched: 'reason',
  answer_failed: 'cause',
  answer_expired: 'cause',
};
/** Their reason says again what the kind says, or what goes without saying. */
const SILENT = new Set(['ended_told', 'responder_done', 'raised', 'pressed_again', 'cancelled', 'cleared']);

/** The step in words with what was said in it; a kind that this console does not know is shown as it is. */
export function stepWords(entry: TimelineEntry, { t, find }: Texts, words: Words): string {
  const { detail } = entry;
  const values: Values = {};
  for (const [name, value] of Object.entries(detail)) {
    if (typeof value === 'string' || typeof value === 'number') values[name] = value;
  }
  if (typeof detail.outcome === 'string') values.outcome = words.outcome(detail.outcome);
  if (typeof detail.stage === 'string') values.stage = find('answers.stage', detail.stage) ?? detail.stage;
  const bare = entry.kind === 'noted' && values.text === undefined;
  const step = bare ? t('action.notes') : (find('timeline', entry.kind, values) ?? entry.kind);
  const text = entry.kind === 'noted' ? undefined : values.text;
  const seenBy = values.seen_by === undefined ? undefined : t('timeline.seen_by', { name: values.seen_by });
  return [step, text, seenBy].filter((part) => part !== undefined).join(' · ');
}

/** Why, in words, or nothing where the kind says it already. */
export function reasonWords(entry: TimelineEntry, { find }: Texts): string | null {
  const { kind, reason } = entry;
  if (
    reason === '' ||
    reason === kind ||
    reason === 'step_is_due' ||
    SILENT.has(kind) ||
    kind.startsWith('cleared')
  )
    return null;
  const area = REASONS[kind];
  const known = area === undefined ? null : find(area, reason);
  return known ?? plain(reason);
}

/** A code that nobody has words for, at least readable; what somebody wrote stays as it is. */
function plain(reason: string): string {
  return /^[\w.:-]+$/.test(reason) ? reason.replace(/[_.]+/g, ' ') : reason;
}

/** What else is known of it, each as a short phrase. */
export function detailWords(entry: TimelineEntry, texts: Texts, named: Named): string[] {
  return [
    ...spreading(entry, texts, named),
    ...people(entry, texts),
    ...script(entry, texts, named),
    ...handedOver(entry, texts),
    ...verdict(entry, texts),
    ...rest(entry, texts),
  ];
}

type Detail = Record<string, unknown>;
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const names = (value: unknown): string => list(value).filter(text).join('、');

/** Who was told, at which desks it is shown, whom nobody could reach, and why. */
function spreading({ detail }: TimelineEntry, { t, find }: Texts, named: Named): string[] {
  const said: string[] = [];
  if (typeof detail.step === 'number') {
    said.push(t('entry.step', { step: detail.step, steps: Number(detail.steps ?? detail.step) }));
  }
  if (list(detail.told).length > 0) said.push(t('entry.told', { names: names(detail.told) }));
  const desks = list(detail.desks).flatMap((id) =>
    text(id) === null ? [] : [named.organisation(String(id))],
  );
  if (desks.length > 0) said.push(t('entry.desks', { names: desks.join('、') }));
  for (const row of list(detail.nobody) as Detail[]) {
    const target = find('target', String(row.target)) ?? '';
    const level = find('level', String(row.level)) ?? '';
    const why = find('nobody', String(row.reason)) ?? plain(String(row.reason));
    said.push(t('entry.nobody', { target: [level, target].filter((part) => part !== '').join(' '), why }));
  }
  for (const row of list(detail.left_out) as Detail[]) {
    const why = find('nobody', String(row.reason)) ?? plain(String(row.reason));
    said.push(t('entry.left_out', { name: String(row.name), why }));
  }
  if (list(detail.work_orders).length > 0) said.push(t('entry.work_order'));
  return said;
}

/** Who it was about, and by which channel. */
function people({ kind, detail }: TimelineEntry, { t, find }: Texts): string[] {
  const said: string[] = [];
  const recipient = detail.recipient as Detail | undefined;
  const sent = detail.sent as Detail | undefined;
  if (recipient !== undefined) said.push(t('entry.to', { name: String(recipient.name) }));
  if (text(detail.channel) !== null) {
    said.push(find('channel', String(detail.channel)) ?? plain(String(detail.channel)));
  }
  if (sent !== undefined) said.push(t('entry.sent', { name: String(sent.name) }));
  if (kind === 'handed_over' && text(detail.to) !== null)
    said.push(t('entry.to', { name: String(detail.to) }));
  if (text(detail.holder) !== null) said.push(t('entry.holder', { name: String(detail.holder) }));
  if (text(detail.holder_before) !== null)
    said.push(t('entry.holder_before', { name: String(detail.holder_before) }));
  if (kind === 'noted' && text(detail.responder) !== null) said.push(String(detail.responder));
  if (text(detail.written_by) !== null) said.push(t('entry.written_by', { name: String(detail.written_by) }));
  return said;
}

function script({ kind, detail }: TimelineEntry, { t, find, locale }: Texts, named: Named): string[] {
  if (kind !== 'script_step') return [];
  const label = detail.label as Record<string, string> | undefined;
  const state = find('script.state', String(detail.state)) ?? '';
  const verdict = text(detail.verdict) === null ? null : find('verdict', String(detail.verdict));
  return [label?.[locale] ?? named.step(String(detail.step)), state, verdict]
    .filter((part): part is string => part !== null && part !== '')
    .map((part) => (part === state ? t('entry.state', { state }) : part));
}

const HAND_OVER = ['hospital', 'reference', 'call_back', 'met_by', 'condition'] as const;

function handedOver({ kind, detail }: TimelineEntry, { t, find }: Texts): string[] {
  if (kind !== 'handed_to_120') return [];
  const said: string[] = HAND_OVER.flatMap((name) =>
    text(detail[name]) === null ? [] : [`${t(`hand_over.${name}`)} ${detail[name]}`],
  );
  if (text(detail.vehicle) !== null) said.push(find('vehicle', String(detail.vehicle)) ?? '');
  if (text(detail.vehicle_at) !== null)
    said.push(`${t('hand_over.comes')} ${clockTime(String(detail.vehicle_at))}`);
  if (text(detail.called_at) !== null)
    said.push(`${t('hand_over.called')} ${clockTime(String(detail.called_at))}`);
  return said;
}

/** How far it went otherwise than its policy says. */
function verdict({ kind, detail }: TimelineEntry, { t }: Texts): string[] {
  if (kind !== 'audited') return [];
  return (list(detail.deviations) as Detail[]).map((row) =>
    t(row.fired === false ? 'entry.never_fired' : 'entry.late', {
      step: Number(row.step),
      seconds: Number(row.late_seconds),
    }),
  );
}

function rest({ kind, detail }: TimelineEntry, { t, find, span }: Texts): string[] {
  const said: string[] = [];
  if (typeof detail.late_seconds === 'number' && kind !== 'audited')
    said.push(t('mark.late', { span: span(detail.late_seconds * 1000) }));
  if (kind === 'severity_raised')
    said.push(
      `${find('severity', String(detail.before)) ?? ''} → ${find('severity', String(detail.after)) ?? ''}`,
    );
  if (text(detail.until) !== null) said.push(t('entry.until', { time: clockTime(String(detail.until)) }));
  if (kind === 'key_used' && text(detail.key) !== null) said.push(find('key_kind', String(detail.key)) ?? '');
  if (kind === 'responder_done' && text(detail.outcome) !== null)
    said.push(find('responder_outcome', String(detail.outcome)) ?? plain(String(detail.outcome)));
  if (kind.startsWith('responder_') && typeof detail.eta_minutes === 'number')
    said.push(t('dispatch.minutes', { minutes: detail.eta_minutes }));
  if (kind === 'call_ended' && typeof detail.seconds === 'number')
    said.push(t('entry.spoken_for', { span: span(detail.seconds * 1000) }));
  if (kind === 'call_ended' && text(detail.to) !== null) said.push(find('call.to', String(detail.to)) ?? '');
  if (detail.number_doubted === true) said.push(t('entry.number_doubted'));
  if (detail.voice_only === true) said.push(t('to_call.voice_only'));
  return said;
}
