/** The marks of an alert that change what an operator does: pressed again, pressed long ago, unknown, cleared. */
import type { AlertSummary } from '../api/types';
import { useTexts } from '../i18n/texts';

export function Marks({ alert }: { alert: AlertSummary }) {
  const { t, span } = useTexts();
  return (
    <>
      {alert.count > 1 && (
        <span
          className="mark mark-count"
          title={t('count.title', { count: alert.count })}
          data-testid="count"
        >
          {t('count.presses', { count: alert.count })}
        </span>
      )}
      {alert.late_seconds !== null && (
        <span className="mark mark-late" data-testid="late">
          {t('mark.late', { span: span(alert.late_seconds * 1000) })}
        </span>
      )}
      {alert.unknown_device && (
        <span className="mark mark-unknown" data-testid="unknown">
          {t('mark.unknown')}
        </span>
      )}
      {alert.condition === 'cleared' && <span className="mark">{t('mark.cleared')}</span>}
      {alert.previous_alert_id !== null && <span className="mark">{t('mark.again')}</span>}
    </>
  );
}
