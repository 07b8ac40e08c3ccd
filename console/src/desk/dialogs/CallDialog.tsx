/** Whom to call, in order, each with a digit: the terminal, the residents, the contacts, the emergency services. */
import { Button, Modal } from '@mantine/core';
import { type KeyboardEvent, useRef } from 'react';
import type { CallBody, CallPage } from '../../api/types';
import { useTexts } from '../../i18n/texts';
import { digitOf } from './StepDialog';

export type Callable = { key: string; name: string; detail: string; number: string; body: CallBody };

type Props = { who: string; calls: CallPage | null; close: () => void; call: (body: CallBody) => void };

export function CallDialog({ who, calls, close, call }: Props) {
  const { t, find, locale } = useTexts();
  const list = useRef<HTMLDivElement>(null);
  const parties: Callable[] = (calls?.parties ?? [])
    .filter((party) => party.to === 'terminal' || party.callable)
    .map((party) => ({
      key: `${party.to}-${party.id}`,
      name: party.to === 'terminal' ? t('call.to.terminal') : party.name,
      detail: [
        party.relation ?? find('call.to', party.to),
        party.role === null ? null : find('role', party.role),
        party.to === 'contact' && !party.proved ? t('call.not_proved') : null,
      ]
        .filter((part) => part !== null)
        .join(' · '),
      number: party.number ?? '',
      body: { to: party.to as CallBody['to'], ...(party.to === 'terminal' ? {} : { id: party.id }) },
    }));
  const services: Callable[] = (calls?.services ?? []).map((service) => ({
    key: service.number,
    name: service.number,
    detail: service.label[locale],
    number: '',
    body: { to: 'emergency_service', number: service.number },
  }));
  const all = [...parties, ...services];
  const keys = (press: KeyboardEvent) => {
    const digit = digitOf(press);
    const chosen = digit === null ? undefined : all[digit - 1];
    if (chosen !== undefined) call(chosen.body);
    if (press.key !== 'ArrowDown' && press.key !== 'ArrowUp') return;
    press.preventDefault();
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    buttons[Math.min(buttons.length - 1, Math.max(0, at + (press.key === 'ArrowDown' ? 1 : -1)))]?.focus();
  };
  return (
    <Modal
      opened
      onClose={close}
      title={`${t('call.title')} · ${who}`}
      size="lg"
      transitionProps={{ duration: 0 }}
      withCloseButton={false}
    >
      <div ref={list} className="call-list" data-testid="call-dialog" onKeyDown={keys} role="toolbar">
        {all.length === 0 && <p>{t('call.nobody')}</p>}
        {all.map((one, at) => (
          <button
            key={one.key}
            type="button"
            className="call-row"
            data-autofocus={at === 0 ? true : undefined}
            data-call={one.key}
            onClick={() => call(one.body)}
          >
            <kbd>{at < 9 ? at + 1 : '·'}</kbd>
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
