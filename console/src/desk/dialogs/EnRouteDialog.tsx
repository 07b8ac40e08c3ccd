/** Asks in how many minutes somebody is there, and shows what the person will hear. */
import { Button, Group, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Action } from '../../api/actions';
import { useTexts } from '../../i18n/texts';
import { StepDialog } from './StepDialog';

const USUAL_MINUTES = [5, 8, 10, 15, 20, 30, 45, 60];

/** 1..600 whole minutes, or null. */
export function minutesOf(text: string): number | null {
  if (!/^\d{1,3}$/.test(text.trim())) return null;
  const minutes = Number(text);
  return minutes >= 1 && minutes <= 600 ? minutes : null;
}

type Props = { who: string; close: () => void; send: (action: Action) => void };

export function EnRouteDialog({ who, close, send }: Props) {
  const { t } = useTexts();
  const [text, setText] = useState('');
  const minutes = minutesOf(text);
  const submit = () => {
    if (minutes !== null) send({ name: 'en-route', body: { eta_minutes: minutes } });
  };
  return (
    <StepDialog title={t('en_route.title')} who={who} ready={minutes !== null} close={close} submit={submit}>
      <TextInput
        label={t('en_route.minutes')}
        inputMode="numeric"
        data-autofocus
        autoFocus
        required
        maxLength={3}
        value={text}
        onChange={(change) => setText(change.currentTarget.value)}
      />
      <Group gap="xs">
        {USUAL_MINUTES.map((usual) => (
          <Button key={usual} variant="light" size="compact-md" onClick={() => setText(String(usual))}>
            {usual}
          </Button>
        ))}
      </Group>
      {minutes !== null && <Text>{t('en_route.said', { minutes })}</Text>}
    </StepDialog>
  );
}
