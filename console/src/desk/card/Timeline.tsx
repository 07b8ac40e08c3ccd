/** Every step with its time, the latest first. */
import type { Script, TimelineEntry } from '../../api/types';
import { clockTime, dayTime, sameDay } from '../../clock/format';
import { useNow } from '../../clock/time';
import { type Texts, useTexts } from '../../i18n/texts';
import { useOrganisationNames } from '../useOrganisations';
import { useWords } from '../useVocabulary';
import { detailWords, type Named, reasonWords, stepWords } from './entryWords';

type Props = { entries: readonly TimelineEntry[]; script: Script | null };

export function Timeline({ entries, script }: Props) {
  const texts = useTexts();
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
            <EntryWords entry={entry} script={script} />
          </li>
        ))}
      </ol>
    </section>
  );
}

/** What happened, why, what is known of it, and who did it. */
export function EntryWords({ entry, script }: { entry: TimelineEntry; script: Script | null }) {
  const texts = useTexts();
  const words = useWords();
  const { nameOf } = useOrganisationNames();
  const named: Named = {
    organisation: nameOf,
    step: (id) => script?.steps.find((step) => step.id === id)?.label[texts.locale] ?? '',
  };
  const reason = reasonWords(entry, texts);
  const details = [reason, ...detailWords(entry, texts, named)].filter(
    (part): part is string => part !== null && part !== '',
  );
  return (
    <div>
      <span className="timeline-what">{stepWords(entry, texts, words)}</span>
      {details.length > 0 && <span className="timeline-why">{details.join(' · ')}</span>}
      <span className="dim">{actorWords(entry, texts)}</span>
    </div>
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
