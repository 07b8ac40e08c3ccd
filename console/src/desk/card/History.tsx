/** What happened at this home before, and which terminal it was. */
import type { AlertDetail, Card } from '../../api/types';
import { dayTime } from '../../clock/format';
import { useNow } from '../../clock/time';
import { useTexts } from '../../i18n/texts';
import { useWords } from '../useVocabulary';

export function PreviousPart({ previous }: { previous: AlertDetail['previous'] }) {
  const { t } = useTexts();
  const { eventType, outcome } = useWords();
  const now = useNow();
  return (
    <section className="part">
      <h4>{t('previous.title')}</h4>
      {previous.length === 0 && <p className="dim">{t('previous.none')}</p>}
      <ul className="previous">
        {previous.map((alert) => (
          <li key={alert.id}>
            <time dateTime={alert.received_at}>{dayTime(alert.received_at, now)}</time>{' '}
            {eventType(alert.type)}{' '}
            <span className="dim">
              {alert.outcome === null ? t('previous.open') : outcome(alert.outcome)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function DevicePart({ device }: { device: Card['device'] }) {
  const { t } = useTexts();
  const rest = [device.room, device.transmitter].filter((part) => part !== null && part !== '');
  return (
    <section className="part">
      <h4>{t('device.title')}</h4>
      <p>
        <code>{device.id}</code> {rest.join(' · ')}
      </p>
    </section>
  );
}
