/** Who, how to speak with them, where, and how to get in. */
import type { AlertSummary, Card, Resident } from '../../api/types';
import { useNow } from '../../clock/time';
import { useTexts } from '../../i18n/texts';
import { ageOf } from '../names';
import { Phone } from './Phone';

type Props = { alert: AlertSummary; card: Card | null };
/** The row of the queue knows a resident's name; how to speak with them comes with the details. */
type Known = AlertSummary['residents'][number] & Partial<Resident>;

export function PeopleAndPlace({ alert, card }: Props) {
  const { t } = useTexts();
  const residents: readonly Known[] = card === null ? alert.residents : card.residents;
  if (alert.home === null && residents.length === 0) {
    return (
      <section className="part part-unknown">
        <h3 className="who">{t('card.unknown_title', { device: alert.device_id })}</h3>
        <p>{t('card.unknown_what')}</p>
      </section>
    );
  }
  return (
    <section className="part">
      {residents.length > 1 && <p className="several">{t('person.several', { count: residents.length })}</p>}
      {residents.map((resident) => (
        <Person key={resident.id} resident={resident} />
      ))}
      <Place alert={alert} card={card} />
    </section>
  );
}

function Person({ resident }: { resident: Known }) {
  const { t } = useTexts();
  const now = useNow();
  const age = ageOf(resident.birth_year, now);
  return (
    <div className="person" data-testid="resident">
      <div className="person-line">
        <h3 className="who">{resident.name}</h3>
        {age !== null && <span className="age">{t('person.age', { age })}</span>}
        <Risks resident={resident} />
      </div>
      {(resident.conditions != null || resident.medicines != null) && (
        <dl className="facts">
          <Fact label={t('person.conditions')} value={resident.conditions} />
          <Fact label={t('person.medicines')} value={resident.medicines} />
        </dl>
      )}
    </div>
  );
}

/** What makes this person more at risk or harder to speak with. What is normal is not said. */
function Risks({ resident }: { resident: Known }) {
  const { t, find } = useTexts();
  const limits = (['hearing', 'speech', 'cognition'] as const)
    .map((sense) => find(`person.${sense}`, resident[sense] ?? ''))
    .filter((text) => text !== null);
  const status = find('person.status', resident.status ?? '');
  return (
    <>
      {resident.lives_alone && <span className="badge badge-risk">{t('person.alone')}</span>}
      {limits.map((text) => (
        <span key={text} className="badge badge-risk">
          {text}
        </span>
      ))}
      {resident.dialect != null && (
        <span className="badge">{t('person.dialect', { dialect: resident.dialect })}</span>
      )}
      {status !== null && <span className="badge badge-status">{status}</span>}
    </>
  );
}

function Place({ alert, card }: Props) {
  const { t } = useTexts();
  const home = card?.home ?? null;
  return (
    <dl className="facts place">
      <dt>{t('place.landmark')}</dt>
      <dd className="address">
        {alert.home?.landmark != null && <div className="landmark">{alert.home.landmark}</div>}
        <div>{alert.home?.address ?? alert.home?.label}</div>
      </dd>
      <Fact label={t('place.entry')} value={home?.entry} strong />
      <Fact label={t('place.room')} value={alert.room} />
      <Phones home={home?.phone ?? null} residents={card?.residents ?? []} />
    </dl>
  );
}

/** The home's line first: it rings where the button was pressed. */
function Phones({ home, residents }: { home: string | null; residents: readonly Resident[] }) {
  const { t } = useTexts();
  const own = residents.filter((resident) => resident.phone !== null);
  if (home === null && own.length === 0) return null;
  return (
    <>
      <dt>{t('place.phone')}</dt>
      <dd className="phones">
        {home !== null && <Phone number={home} body={{ to: 'resident', number: home }} />}
        {own.map((resident) => (
          <span key={resident.id}>
            <span className="dim">{residents.length > 1 ? resident.name : t('person.phone')}</span>{' '}
            <Phone number={resident.phone ?? ''} body={{ to: 'resident', id: resident.id }} />
          </span>
        ))}
      </dd>
    </>
  );
}

function Fact({
  label,
  value,
  strong = false,
}: {
  label: string;
  value?: string | null | undefined;
  strong?: boolean;
}) {
  if (value == null || value === '') return null;
  return (
    <>
      <dt>{label}</dt>
      <dd className={strong ? 'strong' : ''}>{value}</dd>
    </>
  );
}
