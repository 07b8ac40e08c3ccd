/** Everything about one alert that somebody needs in order to act, most urgent first. */
import { Button, Loader } from '@mantine/core';
import type { AlertSummary } from '../../api/types';
import { clockTime, stopwatchText } from '../../clock/format';
import { useNow } from '../../clock/time';
import { useTexts } from '../../i18n/texts';
import { Marks } from '../Marks';
import { isOpen, isWaiting, later, rank } from '../queue';
import { SeverityShape, SeverityWord } from '../Severity';
import type { Details } from '../useDetail';
import { useWords } from '../useVocabulary';
import { ActionBar, type ActionBarProps } from './ActionBar';
import { Answers } from './Answers';
import { Contacts } from './Contacts';
import { EscalationLine } from './EscalationLine';
import { DevicePart, PreviousPart } from './History';
import { NoteBox } from './NoteBox';
import { PeopleAndPlace } from './PeopleAndPlace';
import { Timeline } from './Timeline';

type Props = Omit<ActionBarProps, 'allowed' | 'handling'> & {
  alert: AlertSummary;
  details: Details;
  mine: boolean;
  sendNote: (text: string) => Promise<boolean>;
};

export function Card({ alert: row, details, mine, sendNote, ...bar }: Props) {
  const { t } = useTexts();
  const { detail, failed, retry } = details;
  const alert = detail === null ? row : later(row, detail);
  return (
    <article className={`card level-${rank(alert.severity)}`} data-testid="card" data-alert-id={alert.id}>
      <CardHead alert={alert} mine={mine} />
      <EscalationLine alert={alert} />
      <ActionBar {...bar} handling={alert.handling} allowed={detail?.allowed ?? []} />
      <div className="card-body">
        <PeopleAndPlace alert={alert} card={detail?.card ?? null} />
        {failed && (
          <p className="part part-failed" role="alert">
            {t('card.failed')}{' '}
            <Button size="compact-sm" onClick={retry}>
              {t('queue.retry')}
            </Button>
          </p>
        )}
        {detail === null && !failed && (
          <p className="part" role="status">
            <Loader size="sm" /> {t('card.loading')}
          </p>
        )}
        {detail !== null && (
          <div className="card-columns">
            <div>
              <Contacts contacts={detail.card.contacts} />
              <PreviousPart previous={detail.previous} />
              <DevicePart device={detail.card.device} />
            </div>
            <div>
              <Answers commands={detail.commands} />
              <Timeline entries={detail.timeline} />
            </div>
          </div>
        )}
      </div>
      {isOpen(alert) && <NoteBox key={alert.id} alertId={alert.id} send={sendNote} />}
    </article>
  );
}

function CardHead({ alert, mine }: { alert: AlertSummary; mine: boolean }) {
  const { t } = useTexts();
  const { eventType } = useWords();
  return (
    <header className={isWaiting(alert) ? 'card-head waiting' : 'card-head'}>
      <SeverityShape severity={alert.severity} size={40} />
      <div className="card-what">
        <h2>
          <SeverityWord severity={alert.severity} /> · {eventType(alert.type)}
        </h2>
        <div>
          {t('card.pressed', {
            pressed: clockTime(alert.pressed_at),
            received: clockTime(alert.received_at),
          })}{' '}
          <Marks alert={alert} />
        </div>
      </div>
      <div className="card-state">
        <CardState alert={alert} mine={mine} />
      </div>
    </header>
  );
}

function CardState({ alert, mine }: { alert: AlertSummary; mine: boolean }) {
  const { t, find } = useTexts();
  const { outcome } = useWords();
  const now = useNow();
  if (!isOpen(alert)) return <strong>{t('card.closed', { outcome: outcome(alert.outcome ?? '') })}</strong>;
  if (alert.holder === null) {
    return (
      <strong className="card-timer">
        {t('card.waiting', { span: stopwatchText(now - Date.parse(alert.received_at)) })}
      </strong>
    );
  }
  return (
    <>
      <strong>
        {find('handling', alert.handling)} ·{' '}
        {mine ? t('card.held_me') : t('card.held', { name: alert.holder.name })}
      </strong>
      {alert.responder !== null && <div>{t('card.responder', { name: alert.responder })}</div>}
      {alert.eta_at !== null && alert.handling === 'en_route' && <Eta at={alert.eta_at} now={now} />}
    </>
  );
}

function Eta({ at, now }: { at: string; now: number }) {
  const { t } = useTexts();
  const left = Date.parse(at) - now;
  const values = { time: clockTime(at), span: stopwatchText(Math.abs(left)) };
  return (
    <div className={left < 0 ? 'overdue' : ''}>{t(left < 0 ? 'card.eta_over' : 'card.eta', values)}</div>
  );
}
