/** Everything about one alert that somebody needs in order to act, most urgent first. */
import { Button, Loader } from '@mantine/core';
import type { Tick } from '../../api/dispatch';
import type { AlertSummary, CallBody, CallResult } from '../../api/types';
import { clockTime, stopwatchText } from '../../clock/format';
import { useNow } from '../../clock/time';
import { useTexts } from '../../i18n/texts';
import { Marks } from '../Marks';
import { isOpen, isWaiting, later, rank } from '../queue';
import { SeverityShape, SeverityWord } from '../Severity';
import type { Details } from '../useDetail';
import { type Dispatch, openCall } from '../useDispatch';
import { useWords } from '../useVocabulary';
import { ActionBar, type ActionBarProps } from './ActionBar';
import { Answers } from './Answers';
import { AssignmentsPart } from './AssignmentsPart';
import { CallBar } from './CallBar';
import { Contacts } from './Contacts';
import { EscalationLine } from './EscalationLine';
import { HandOverPart } from './HandOverPart';
import { DevicePart, PreviousPart } from './History';
import { NoteBox } from './NoteBox';
import { PeopleAndPlace } from './PeopleAndPlace';
import { CallContext } from './Phone';
import { ScriptPart } from './ScriptPart';
import { Timeline } from './Timeline';
import { TriedView } from './TriedView';

type Props = Omit<ActionBarProps, 'allowed' | 'handling'> & {
  alert: AlertSummary;
  details: Details;
  dispatch: Dispatch;
  staffId: string;
  sendNote: (text: string) => Promise<boolean>;
  around: Around;
};

/** What can be done beside the steps of the action bar. */
export type Around = {
  /** `tel`: what is dialled where the platform does not answer. */
  call: (body: CallBody, tel: string | null) => void;
  endCall: (callId: string, result: CallResult) => void;
  tick: (step: string, tick: Tick) => void;
  say: (assignmentId: string) => void;
};

export function Card({ alert: row, details, dispatch, staffId, sendNote, around, ...bar }: Props) {
  const { detail } = details;
  const alert = detail === null ? row : later(row, detail);
  const mine = alert.holder?.id === staffId;
  const call = openCall(dispatch.calls, staffId);
  return (
    <CallContext value={around.call}>
      <article className={`card level-${rank(alert.severity)}`} data-testid="card" data-alert-id={alert.id}>
        <CardHead alert={alert} mine={mine} />
        <EscalationLine alert={alert} mine={mine} />
        <ActionBar {...bar} handling={alert.handling} allowed={detail?.allowed ?? []} />
        {call !== null && dispatch.calls !== null && (
          <CallBar
            call={call}
            calls={dispatch.calls}
            busy={bar.pending === 'call-result'}
            end={(result) => around.endCall(call.id, result)}
          />
        )}
        {bar.tried ? (
          <TriedView
            alert={alert}
            detail={detail}
            calls={dispatch.calls}
            script={dispatch.script}
            mark={`${row.version}/${row.stream_id}`}
          />
        ) : (
          <CardBody alert={alert} details={details} dispatch={dispatch} around={around} more={bar.more} />
        )}
        {isOpen(alert) && <NoteBox key={alert.id} alertId={alert.id} send={sendNote} />}
      </article>
    </CallContext>
  );
}

type BodyProps = Pick<Props, 'alert' | 'details' | 'dispatch' | 'around' | 'more'>;

function CardBody({ alert, details, dispatch, around, more }: BodyProps) {
  const { t } = useTexts();
  const { detail, failed, retry } = details;
  const { script, calls, assignments } = dispatch;
  const open = isOpen(alert);
  return (
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
            <Contacts contacts={detail.card.contacts} parties={calls?.parties ?? []} />
            {script?.hand_over != null && (
              <HandOverPart handOver={script.hand_over} edit={() => more('hand-over')} />
            )}
            {script !== null && <ScriptPart key={alert.id} script={script} open={open} tick={around.tick} />}
            <PreviousPart previous={detail.previous} />
            <DevicePart device={detail.card.device} />
          </div>
          <div>
            <AssignmentsPart assignments={assignments} open={open} say={around.say} />
            <Answers commands={detail.commands} />
            <Timeline entries={detail.timeline} script={script} />
          </div>
        </div>
      )}
    </div>
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
