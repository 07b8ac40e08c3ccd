/** Whom to call, in order. Somebody who must not be called is shown, last and struck out, so that nobody tries. */
import type { CallBody, Contact, Party } from '../../api/types';
import { useTexts } from '../../i18n/texts';
import { Phone } from './Phone';

type Props = { contacts: readonly Contact[]; parties: readonly Party[] };

export function Contacts({ contacts, parties }: Props) {
  const { t } = useTexts();
  const ordered = [...contacts].sort(
    (a, b) => Number(a.role === 'never') - Number(b.role === 'never') || a.position - b.position,
  );
  return (
    <section className="part">
      <h4>{t('contacts.title')}</h4>
      {ordered.length === 0 && <p className="dim">{t('contacts.none')}</p>}
      <ol className="contacts">
        {ordered.map((contact) => (
          <ContactLine
            key={`${contact.position}-${contact.phone}`}
            contact={contact}
            party={partyOf(contact, parties)}
          />
        ))}
      </ol>
    </section>
  );
}

function partyOf(contact: Contact, parties: readonly Party[]): Party | undefined {
  return parties.find(
    (one) => one.to === 'contact' && one.name === contact.name && one.relation === contact.relation,
  );
}

function ContactLine({ contact, party }: { contact: Contact; party: Party | undefined }) {
  const { t, find } = useTexts();
  const never = contact.role === 'never';
  const body: CallBody =
    party === undefined ? { to: 'contact', number: contact.phone } : { to: 'contact', id: party.id };
  return (
    <li className={never ? 'never' : ''}>
      <span className="contact-name">{contact.name}</span>
      {never ? <s>{contact.phone}</s> : <Phone number={contact.phone} body={body} />}
      <span className="contact-role">
        {contact.relation} · {find('role', contact.role) ?? contact.role}
        {contact.minutes_away !== null && ` · ${t('contacts.minutes', { minutes: contact.minutes_away })}`}
        {party?.proved === false && ` · ${t('call.not_proved')}`}
      </span>
    </li>
  );
}
