/** A number that can be read aloud from the screen and dialled with one click; where it can be, the call is on record. */
import { createContext, type MouseEvent, useContext } from 'react';
import type { CallBody } from '../../api/types';
import { useTexts } from '../../i18n/texts';

/** Begins a call about the alert on the card, or null where there is none to write it down for. */
export const CallContext = createContext<((body: CallBody, tel: string) => void) | null>(null);

/** `13800001234` as `138 0000 1234`; anything else as it is. */
export function spaced(number: string): string {
  return number.replace(/^(1\d{2})(\d{4})(\d{4})$/, '$1 $2 $3');
}

/** `body`: whom it is to; without one, or without an alert, the number is dialled and nothing else happens. */
export function Phone({ number, body }: { number: string; body?: CallBody }) {
  const { t } = useTexts();
  const call = useContext(CallContext);
  const tel = `tel:${number.replace(/[^\d+*#]/g, '')}`;
  const begin = (click: MouseEvent) => {
    if (call === null || body === undefined) return;
    click.preventDefault();
    call(body, tel);
  };
  return (
    <a className="phone" href={tel} onClick={begin} title={t('call.number', { number })}>
      ☎ {spaced(number)}
    </a>
  );
}
