/** Whom to call, in order. Somebody who must not be called is shown, last and struck out, so that nobody tries. */
import type { Contact } from '../../api/types';
import { useTexts } from '../../i18n/texts';
import { Phone } from './Phone';

export function Contacts({ contacts }: { contacts: readonly Contact[] }) {
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
          <ContactLine key={`${contact.position}-${contact.phone}`} contact={contact} />
        ))}
      </ol>
    </section>
  );
}

function ContactLine({ contact }: { contact: Contact }) {
  const { t, find } = useTexts();
  const never = contact.role === 'never';
  return (
    <li className={never ? 'never' : ''}>
      <span className="contact-name">{contact.name}</span>
      {never ? <s>{contact.phone}</s> : <Phone number={contact.phone} />}
      <span className="contact-role">
        {contact.relation} · {find('role', contact.role) ?? contact.role}
        {contact.minutes_away !== null && ` · ${t('contacts.minutes', { minutes: contact.minutes_away })}`}
      </span>
    </li>
  );
}
