/** Asks who goes; the people of the card who have a key or live near are one click away. */
import { Button, Group, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Action } from '../../api/actions';
import type { Contact } from '../../api/types';
import { useTexts } from '../../i18n/texts';
import { StepDialog } from './StepDialog';

type Props = { who: string; contacts: readonly Contact[]; close: () => void; send: (action: Action) => void };

export function DispatchDialog({ who, contacts, close, send }: Props) {
  const { t } = useTexts();
  const [responder, setResponder] = useState('');
  const [note, setNote] = useState('');
  const near = contacts.filter((contact) => contact.role === 'key_holder' || contact.minutes_away !== null);
  const submit = () => {
    const said = note.trim();
    send({ name: 'dispatch', body: { responder: responder.trim(), ...(said === '' ? {} : { note: said }) } });
  };
  return (
    <StepDialog
      title={t('dispatch.title')}
      who={who}
      ready={responder.trim() !== ''}
      close={close}
      submit={submit}
    >
      <TextInput
        label={t('dispatch.responder')}
        placeholder={t('dispatch.placeholder')}
        data-autofocus
        autoFocus
        required
        maxLength={128}
        value={responder}
        onChange={(change) => setResponder(change.currentTarget.value)}
      />
      {near.length > 0 && (
        <Group gap="xs">
          {near.map((contact) => (
            <Button
              key={contact.phone}
              variant="light"
              size="compact-md"
              onClick={() => setResponder(`${contact.name} ${contact.phone}`)}
            >
              {contact.name} · {contact.relation}
            </Button>
          ))}
        </Group>
      )}
      <TextInput
        label={t('dispatch.note')}
        maxLength={2000}
        value={note}
        onChange={(change) => setNote(change.currentTarget.value)}
      />
    </StepDialog>
  );
}
