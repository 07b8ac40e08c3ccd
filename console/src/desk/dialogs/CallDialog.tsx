/** Whom to call, in order, each with a digit: the terminal, the residents, the contacts, the emergency services. */
import { Button, Modal } from '@mantine/core';
import { useEffect, useEffectEvent, useRef } from 'react';
import type { CallBody, CallPage, Contact } from '../../api/types';
import { useTexts } from '../../i18n/texts';

export type Callable = {
  key: string;
  name: string;
  detail: string;
  number: string;
  body: CallBody;
  tel: string | null;
};

type Props = {
  who: string;
  calls: CallPage | null;
  /** With their numbers in full, for when the platform does not answer. */
  contacts: readonly Contact[];
  close: () => void;
  call: (body: CallBody, tel: string | null) => void;
};

export function CallDialog({ who, calls, contacts, close, call }: Props) {
  const { t, find, locale } = useTexts();
  const list = useRef<HTMLDivElement>(null);
  const parties: Callable[] = (calls?.parties ?? [])
    .filter((party) => party.to === 'terminal' || party.callable)
    .map((party) => ({
      key: `${party.to}-${party.id}`,
      name: party.to === 'terminal' ? t('call.to.terminal') : party.name,
      detail: [
        party.to === 'terminal' ? null : (party.relation ?? find('call.to', party.to)),
        party.role === null ? null : find('role', party.role),
        party.to === 'contact' && !party.proved ? t('call.not_proved') : null,
      ]
        .filter((part) => part !== null)
        .join(' · '),
      number: party.number ?? '',
      tel: telOf(contacts.find((one) => one.name === party.name && one.relation === party.relation)?.phone),
      body: { to: party.to as CallBody['to'], ...(party.to === 'terminal' ? {} : { id: party.id }) },
    }));
  const services: Callable[] = inUrgency(calls?.services ?? []).map((service) => ({
    key: service.number,
    name: service.number,
    detail: service.label[locale],
    number: '',
    tel: telOf(service.number),
    body: { to: 'emergency_service', number: service.number },
  }));
  const all = [...parties, ...services];
  const digits = digitsOf(all);
  const keys = useEffectEvent((press: KeyboardEvent) => {
    const plain = !press.ctrlKey && !press.altKey && !press.repeat;
    const chosen = /^\d$/.test(press.key) && plain ? all[digits.indexOf(Number(press.key))] : undefined;
    if (chosen !== undefined) call(chosen.body, chosen.tel);
    if (press.key !== 'ArrowDown' && press.key !== 'ArrowUp') return;
    press.preventDefault();
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    buttons[Math.min(buttons.length - 1, Math.max(0, at + (press.key === 'ArrowDown' ? 1 : -1)))]?.focus();
  });
  // The window hears them: a digit is pressed before any dialog has taken the focus.
  useEffect(() => {
    const listener = (press: KeyboardEvent) => keys(press);
    window.addEventListener('keydown', listener);
    return () => window.removeEventListener('keydown', listener);
  }, []);
  return (
    <Modal
      opened
      onClose={close}
      title={`${t('call.title')} · ${who}`}
      size="lg"
      transitionProps={{ duration: 0 }}
      withCloseButton={false}
    >
      <div ref={list} className="call-list" data-testid="call-dialog">
        {all.length === 0 && <p>{t('call.nobody')}</p>}
        {all.map((one, at) => (
          <button
            key={one.key}
            type="button"
            className="call-row"
            data-autofocus={at === 0 ? true : undefined}
            data-call={one.key}
            onClick={() => call(one.body, one.tel)}
          >
            <kbd>{digits[at] ?? '·'}</kbd>
            <strong>{one.name}</strong>
            <span>{one.detail}</span>
            <span className="call-number">{one.number}</span>
          </button>
        ))}
        <Button variant="default" onClick={close} mt="xs">
          {t('dialog.cancel')}
        </Button>
      </div>
    </Modal>
  );
}

const telOf = (number: string | undefined): string | null => (number === undefined ? null : `tel:${number}`);

const URGENCY = ['120', '119', '110'];

/** The three that are called in an emergency first, whatever else there is. */
function inUrgency(services: CallPage['services']): CallPage['services'] {
  const place = (number: string) => (URGENCY.includes(number) ? URGENCY.indexOf(number) : URGENCY.length);
  return [...services].sort((a, b) => place(a.number) - place(b.number));
}

/** 120 has the 0 always, so that the hand finds it; the others 1 to 9 in order. */
function digitsOf(all: readonly Callable[]): readonly (number | null)[] {
  let next = 0;
  return all.map((one) => {
    if (one.key === '120') return 0;
    next += 1;
    return next <= 9 ? next : null;
  });
}
