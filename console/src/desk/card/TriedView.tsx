/** Nobody answers: what was tried, with what result, what comes next and in how many seconds, in one view. */
import type { AlertDetail, AlertSummary, CallPage, Notice, Run, RunStep, Script } from '../../api/types';
import { clockTime, stopwatchText } from '../../clock/format';
import { useNow } from '../../clock/time';
import { type Texts, useTexts } from '../../i18n/texts';
import { whereOf, whoOf } from '../names';
import { useOrganisationNames } from '../useOrganisations';
import { useRead } from '../useRead';
import { calledName } from './CallBar';
import { EntryWords } from './Timeline';
import { type Tried, triedOf } from './tried';

const MARKS = { good: '✓', bad: '✗', open: '…', plain: '·' } as const;

type Props = {
  alert: AlertSummary;
  detail: AlertDetail | null;
  calls: CallPage | null;
  script: Script | null;
  mark: string;
};

export function TriedView({ alert, detail, calls, script, mark }: Props) {
  const texts = useTexts();
  const { t } = texts;
  const path = `/alerts/${encodeURIComponent(alert.id)}`;
  const run = useRead<Run>(`${path}/escalation`, mark, 5_000);
  const notices = useRead<{ items: Notice[] }>(`${path}/notices`, mark, 5_000);
  const rows = triedOf(detail?.timeline ?? [], notices.value?.items ?? [], calls?.items ?? []);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard
    <section className="tried" data-testid="tried" aria-label={t('tried.title')} tabIndex={0}>
      <p className="tried-who">
        <strong>{whoOf(alert)}</strong> {whereOf(alert)}
      </p>
      <Next run={run.value} failed={run.failed} />
      <h3>
        {t('tried.title')} <span className="dim">{t('tried.count', { count: rows.length })}</span>
      </h3>
      {(run.failed || notices.failed) && (
        <p className="part-failed" role="alert">
          {t('tried.failed')}
        </p>
      )}
      <ol className="tried-rows">
        {rows.map((row) => (
          <li
            key={row.key}
            className={`tried-row tone-${row.tone}`}
            data-tried={row.kind}
            data-tone={row.tone}
          >
            <span className="tried-mark" aria-hidden="true">
              {MARKS[row.tone]}
            </span>
            <time dateTime={row.at}>{clockTime(row.at)}</time>
            <Row row={row} calls={calls} script={script} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Row({ row, calls, script }: { row: Tried; calls: CallPage | null; script: Script | null }) {
  const texts = useTexts();
  if (row.kind === 'entry') return <EntryWords entry={row.entry} script={script} />;
  const { what, result } = row.kind === 'call' ? callWords(row, calls, texts) : noticeWords(row, texts);
  return (
    <div>
      <span className="timeline-what">{what}</span>
      <span className="timeline-why">{result}</span>
    </div>
  );
}

function callWords(row: Extract<Tried, { kind: 'call' }>, calls: CallPage | null, texts: Texts) {
  const { t, find } = texts;
  const { call } = row;
  const result = call.result === null ? t('call.under_way') : (find('call.result', call.result) ?? '');
  return {
    what: t('tried.called', { name: calledName(call, calls, texts) }),
    result: [result, call.note, call.by.name].filter((part) => part !== null && part !== '').join(' · '),
  };
}

function noticeWords(row: Extract<Tried, { kind: 'attempt' | 'waiting' }>, { t, locale, find }: Texts) {
  const { notice } = row;
  const what = `${notice.kind_label[locale] ?? ''} → ${notice.recipient.name}`;
  if (row.kind === 'waiting') {
    const why = notice.cause_label?.[locale];
    return { what, result: [notice.state_label[locale], why].filter(Boolean).join(' · ') };
  }
  const { attempt } = row;
  const result = attempt.result_label?.[locale] ?? t('tried.unknown');
  const said = [
    attempt.channel_label[locale],
    attempt.address,
    result,
    attempt.cause_label?.[locale],
    attempt.receipt === null ? null : find('receipt', attempt.receipt),
  ];
  return { what, result: said.filter((part) => part != null && part !== '').join(' · ') };
}

function Next({ run, failed }: { run: Run | null; failed: boolean }) {
  const texts = useTexts();
  const { t, find, locale } = texts;
  const { nameOf } = useOrganisationNames();
  const now = useNow();
  if (run === null) return failed ? null : <p role="status">{t('card.loading')}</p>;
  const next = run.steps.find((step) => step.state === 'next');
  const later = run.steps.flatMap((step) => (step.state === 'later' && step.at !== null ? [step.at] : []));
  const after = later.filter((at) => run.next_at !== null && at > run.next_at).sort();
  const missing = run.missing.map((role) => find('duty', role) ?? role).join('、');
  return (
    <section className="next" data-testid="next">
      {run.trouble !== null && (
        <p className="trouble" role="alert">
          ⚠ {find('trouble', run.trouble) ?? ''}
        </p>
      )}
      <p>
        <span className="dim">{t('next.policy')}</span> {run.title[locale] ?? ''}
        {missing !== '' && (
          <>
            {' '}
            · <strong>{t('next.missing', { roles: missing })}</strong>
          </>
        )}
      </p>
      {run.next_at === null ? (
        <p className="next-what">{t(run.state === 'rested' ? 'next.rested' : 'next.over')}</p>
      ) : (
        <p className="next-what" data-testid="next-in">
          {run.held_until === null ? t('next.in') : t('next.held')}{' '}
          <strong className="next-clock">{stopwatchText(Date.parse(run.next_at) - now)}</strong>
        </p>
      )}
      {run.next_at !== null && next !== undefined && (
        <ul className="next-targets">
          {targetsWords(next, nameOf, texts).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      {after.length > 0 && (
        <p className="dim">{t('next.later', { times: after.map(clockTime).join('、') })}</p>
      )}
    </section>
  );
}

/** Whom a step would tell now, and why it would tell nobody. */
function targetsWords(step: RunStep, nameOf: (id: string) => string, { t, find }: Texts): string[] {
  return step.targets.map((target) => {
    const what = [find('level', target.level), find('target', target.kind)].filter(Boolean).join(' ');
    const who = [...target.names, ...target.desks.map(nameOf)].join('、');
    if (who !== '') return `${what}：${who}`;
    return target.nobody === null
      ? what
      : t('entry.nobody', { target: what, why: find('nobody', target.nobody) ?? '' });
  });
}
