/** What happens next and in how many seconds; trouble in red; how long the holder still has it without a word. */
import type { AlertSummary } from '../../api/types';
import { clockTime, stopwatchText } from '../../clock/format';
import { useNow } from '../../clock/time';
import { useTexts } from '../../i18n/texts';
import { leaseOf } from '../lease';
import { isOpen } from '../queue';

export function EscalationLine({ alert, mine }: { alert: AlertSummary; mine: boolean }) {
  const { t, find } = useTexts();
  const now = useNow();
  const next = alert.next_step;
  if (!isOpen(alert)) return null;
  const left = (at: string) => stopwatchText(Math.max(0, Date.parse(at) - now));
  return (
    <div className="escalation" data-testid="escalation">
      {next?.trouble != null && (
        <strong className="trouble" role="alert">
          ⚠ {find('trouble', next.trouble) ?? next.trouble}
        </strong>
      )}
      {alert.organisation !== null && (
        <span>{t('escalation.centre', { name: alert.organisation.name })}</span>
      )}
      {next?.state === 'running' && next.at !== null && (
        <span data-testid="next-step">
          {next.held_until === null
            ? t('escalation.next', { span: left(next.at) })
            : t('escalation.held', { span: left(next.held_until) })}
        </span>
      )}
      <LeaseClock alert={alert} mine={mine} now={now} />
    </div>
  );
}

/** Until when the holder must give a sign of life; from two thirds on it is said so that nobody overlooks it. */
function LeaseClock({ alert, mine, now }: { alert: AlertSummary; mine: boolean; now: number }) {
  const { t } = useTexts();
  const lease = leaseOf(alert, now);
  if (lease === null || alert.lease_until === null) return null;
  const values = { time: clockTime(alert.lease_until), span: stopwatchText(lease.leftMs) };
  const warned = mine && lease.warned;
  return (
    <span
      className={warned ? 'lease lease-warned' : 'lease'}
      data-testid="lease"
      data-warned={warned}
      {...(warned ? { role: 'alert' } : {})}
    >
      {warned ? `⚠ ${t('escalation.lease_warned', { span: values.span })}` : t('escalation.lease', values)}
    </span>
  );
}
