/** Asks who is to take the alert over. It rings until somebody does; until then it stays with whoever has it. */
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Action } from '../../api/actions';
import { useTexts } from '../../i18n/texts';
import { StepDialog } from './StepDialog';

type Props = { who: string; close: () => void; send: (action: Action) => void };

export function TransferDialog({ who, close, send }: Props) {
  const { t } = useTexts();
  const [to, setTo] = useState('');
  const submit = () => send({ name: 'transfer', body: { to: to.trim() } });
  return (
    <StepDialog title={t('transfer.title')} who={who} ready={to.trim() !== ''} close={close} submit={submit}>
      <TextInput
        label={t('transfer.to')}
        description={t('transfer.why')}
        name="to"
        required
        maxLength={128}
        data-autofocus
        autoFocus
        value={to}
        onChange={(change) => setTo(change.currentTarget.value)}
      />
    </StepDialog>
  );
}
