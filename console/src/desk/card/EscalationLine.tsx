/** What happens next and in how many seconds; trouble in red; how long the holder still has it without a word. */
import type { AlertSummary } from '../../api/types';
import { clockTime, stopwatchText } from '../../clock/format';
import { useNow } from '../../clock/time';
import { useTexts } from '../../i18n/texts';
import { isOpen } from '../queue';

export function EscalationLine({ alert }: { alert: AlertSummary }) {
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
      {alert.lease_until !== null && (
        <span>
          {t('escalation.lease', { time: clockTime(alert.lease_until), span: left(alert.lease_until) })}
        </span>
      )}
    </div>
  );
}
