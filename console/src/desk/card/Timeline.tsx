/** Every step with its time, the latest first. */
import type { TimelineEntry } from '../../api/types';
import { clockTime, dayTime, sameDay } from '../../clock/format';
import { useNow } from '../../clock/time';
import { type Texts, useTexts, type Values } from '../../i18n/texts';
import { useWords, type Words } from '../useVocabulary';

export function Timeline({ entries }: { entries: readonly TimelineEntry[] }) {
  const texts = useTexts();
  const words = useWords();
  const now = useNow();
  return (
    <section className="part" data-testid="timeline">
      <h4>{texts.t('timeline.title')}</h4>
      <ol className="timeline">
        {[...entries].reverse().map((entry) => (
          <li key={entry.id} data-kind={entry.kind}>
            <time dateTime={entry.at}>
              {sameDay(entry.at, now) ? clockTime(entry.at) : dayTime(entry.at, now)}
              <span className="dim">{ago(entry.at, now, texts)}</span>
            </time>
            <div>
              <span className="timeline-what">{stepWords(entry, texts, words)}</span>
              <span className="dim">{actorWords(entry, texts)}</span>
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

function ago(at: string, now: number, { t, span }: Texts): string {
  const past = now - Date.parse(at);
  return past < 5_000 ? t('ago.now') : t('ago', { span: span(past) });
}

function actorWords({ actor }: TimelineEntry, { t }: Texts): string {
  if (actor.name !== '') return actor.name;
  return actor.kind === 'device' ? t('timeline.device') : t('timeline.system');
}

/** The step in words with what was said in it; a kind that this console does not know is shown as it is. */
export function stepWords(entry: TimelineEntry, { t, find }: Texts, words: Words): string {
  const { detail } = entry;
  const values: Values = {};
  for (const [name, value] of Object.entries(detail)) {
    if (typeof value === 'string' || typeof value === 'number') values[name] = value;
  }
  if (typeof detail.outcome === 'string') values.outcome = words.outcome(detail.outcome);
  if (typeof detail.stage === 'string') values.stage = find('answers.stage', detail.stage) ?? detail.stage;
  const step = find('timeline', entry.kind, values) ?? entry.kind;
  const text = entry.kind === 'noted' ? undefined : values.text;
  const seenBy = values.seen_by === undefined ? undefined : t('timeline.seen_by', { name: values.seen_by });
  return [step, text, seenBy].filter((part) => part !== undefined).join(' · ');
}
