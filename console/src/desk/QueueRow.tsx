/** One row of the queue. */
import { memo } from 'react';
import type { AlertSummary } from '../api/types';
import { stopwatchText } from '../clock/format';
import { useNow } from '../clock/time';
import { useTexts } from '../i18n/texts';
import { leaseOf } from './lease';
import { Marks } from './Marks';
import { whereOf, whoOf } from './names';
import { isWaiting, rank } from './queue';
import { SeverityShape, SeverityWord } from './Severity';
import { useWords } from './useVocabulary';

type Props = {
  alert: AlertSummary;
  selected: boolean;
  mine: boolean;
  failed: boolean;
  select: (id: string) => void;
};

export const QueueRow = memo(function QueueRow({ alert, selected, mine, failed, select }: Props) {
  const { eventType } = useWords();
  const waiting = isWaiting(alert);
  const classes = [
    'row',
    `level-${rank(alert.severity)}`,
    waiting ? 'waiting' : 'in-hand',
    selected ? 'selected' : '',
  ];
  return (
    <tr
      className={classes.join(' ')}
      aria-selected={selected}
      data-alert-id={alert.id}
      data-severity={alert.severity}
      data-handling={alert.handling}
      data-ring={alert.ring}
      onClick={() => select(alert.id)}
    >
      <td>
        <span className="severity">
          <SeverityShape severity={alert.severity} />
          <SeverityWord severity={alert.severity} />
        </span>
      </td>
      <td>
        <div className="strong">{eventType(alert.type)}</div>
        <div className="marks">
          <Marks alert={alert} />
        </div>
      </td>
      <td>
        <div className="strong">{whoOf(alert)}</div>
        <div className="where one-line" title={alert.home?.address}>
          {whereOf(alert)}
        </div>
      </td>
      <td className="col-wait">
        <Wait alert={alert} />
      </td>
      <td className="col-handling">
        <Handling alert={alert} mine={mine} failed={failed} />
      </td>
    </tr>
  );
});

function Wait({ alert }: { alert: AlertSummary }) {
  const { t } = useTexts();
  const now = useNow();
  const since = Date.parse(alert.received_at);
  if (alert.accepted_at === null) return <span className="wait">{stopwatchText(now - since)}</span>;
  const answered = stopwatchText(Date.parse(alert.accepted_at) - since);
  return (
    <>
      <span className="wait">{stopwatchText(now - since)}</span>
      <div className="where">{t('queue.answered_in', { span: answered })}</div>
    </>
  );
}

function Handling({ alert, mine, failed }: Pick<Props, 'alert' | 'mine' | 'failed'>) {
  const { t, find } = useTexts();
  const lease = leaseOf(alert, useNow());
  const holder = alert.holder === null ? t('queue.nobody') : mine ? t('queue.me') : alert.holder.name;
  return (
    <>
      <div className="strong">{find('handling', alert.handling) ?? alert.handling}</div>
      <div className={mine ? 'holder mine' : 'holder'} data-testid="holder">
        {holder}
        {failed && (
          <span className="row-failed" title={t('queue.problem')}>
            {' '}
            ⚠
          </span>
        )}
      </div>
      {mine && lease !== null && !alert.waiting && (
        <div className={lease.warned ? 'row-lease lease-warned' : 'row-lease'} title={t('queue.lease')}>
          {t('queue.left', { span: stopwatchText(lease.leftMs) })}
        </div>
      )}
    </>
  );
}
