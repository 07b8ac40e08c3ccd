/** Asks who goes: somebody on duty or a contact, who gets a call-out, or anybody by name, which is only written down. */
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Action } from '../../api/actions';
import type { Callee } from '../../api/dispatch';
import type { Contact, Party, Responder, Responders } from '../../api/types';
import { type Texts, useTexts } from '../../i18n/texts';
import { useRead } from '../useRead';
import { type Option, PickOrType } from './PickOrType';
import { StepDialog } from './StepDialog';

type Props = {
  alertId: string;
  who: string;
  contacts: readonly Contact[];
  /** Whom there is to call, with the ids that the card's contacts lack. */
  parties: readonly Party[];
  /** Who was asked before and could not be told. */
  responder: string;
  close: () => void;
  send: (action: Action) => void;
  sendOut: (callee: Callee, text: string) => void;
};

type Candidate = Option & { callee: Callee; text: string };

export function DispatchDialog(props: Props) {
  const { alertId, who, close, send, sendOut } = props;
  const texts = useTexts();
  const { t, find } = texts;
  const found = useRead<Responders>(`/alerts/${encodeURIComponent(alertId)}/responders`, '', 20_000);
  const [responder, setResponder] = useState(props.responder);
  const [picked, setPicked] = useState<string | null>(null);
  const [note, setNote] = useState('');
  const near = props.contacts.filter((one) => one.role === 'key_holder' || one.minutes_away !== null);
  const options = [
    ...(found.value?.items ?? []).map((one) => onDuty(one, texts)),
    ...near.flatMap((one) => contactOption(one, props.parties, texts)),
  ].filter((option, at, all) => all.findIndex((other) => other.key === option.key) === at);
  const chosen = options.find((option) => option.key === picked);
  const nobody = found.value?.nobody ?? null;
  const submit = () => {
    const said = note.trim();
    if (chosen !== undefined) sendOut(chosen.callee, chosen.text);
    else
      send({
        name: 'dispatch',
        body: { responder: responder.trim(), ...(said === '' ? {} : { note: said }) },
      });
  };
  return (
    <StepDialog
      title={t('dispatch.title')}
      who={who}
      ready={chosen !== undefined || responder.trim() !== ''}
      close={close}
      submit={submit}
    >
      {props.responder !== '' && (
        <p className="dialog-warning" role="alert">
          {t('dispatch.no_channel', { name: props.responder })}
        </p>
      )}
      <PickOrType
        label={t('dispatch.responder')}
        description={t('dispatch.how')}
        placeholder={t('dispatch.placeholder')}
        name="responder"
        options={options}
        nobody={nobody === null ? null : (find('nobody', nobody) ?? t('dispatch.nobody'))}
        text={responder}
        type={setResponder}
        picked={picked}
        pick={setPicked}
      />
      {chosen !== undefined && <p>{t('dispatch.call_out', { name: chosen.name })}</p>}
      {chosen === undefined && (
        <TextInput
          label={t('dispatch.note')}
          name="note"
          maxLength={2000}
          value={note}
          onChange={(change) => setNote(change.currentTarget.value)}
        />
      )}
    </StepDialog>
  );
}

function onDuty(one: Responder, { t, find }: Texts): Candidate {
  const facts = [
    one.minutes_away === null ? null : t('dispatch.minutes', { minutes: one.minutes_away }),
    one.distance_km === null ? null : t('dispatch.distance', { km: one.distance_km.toFixed(1) }),
  ].filter((part) => part !== null);
  const callee: Callee = one.kind === 'contact' ? { contact_id: one.id } : { person_id: one.id };
  const option = {
    key: one.id,
    name: one.name,
    detail: facts.join(' · ') || t('dispatch.on_duty'),
    callee,
    text: one.name,
  };
  return one.state === null ? option : { ...option, mark: find('assignment', one.state) ?? one.state };
}

function contactOption(contact: Contact, parties: readonly Party[], { t, find }: Texts): Candidate[] {
  const party = parties.find(
    (one) => one.to === 'contact' && one.name === contact.name && one.relation === contact.relation,
  );
  if (party === undefined || contact.role === 'never') return [];
  const facts = [
    contact.relation,
    find('role', contact.role),
    contact.minutes_away === null ? null : t('dispatch.minutes', { minutes: contact.minutes_away }),
  ].filter((part) => part !== null);
  return [
    {
      key: party.id,
      name: contact.name,
      detail: facts.join(' · '),
      callee: { contact_id: party.id },
      text: `${contact.name} ${contact.phone}`,
    },
  ];
}
