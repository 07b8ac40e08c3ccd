/** Another password for oneself: needs the one in force; every other session ends. */
import { Alert, Button, PasswordInput, Stack, Text } from '@mantine/core';
import { type FormEvent, useContext, useState } from 'react';
import { call, Problem } from '../api/client';
import type { Session } from '../api/types';
import { useTexts } from '../i18n/texts';
import { OwnSession } from './session';

const LEAST = 12; // as the backend is delivered; it says so itself where the setting is another

export function PasswordForm() {
  const { t } = useTexts();
  const own = useContext(OwnSession);
  const [current, setCurrent] = useState('');
  const [wanted, setWanted] = useState('');
  const [again, setAgain] = useState('');
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<{ good: boolean; words: string } | null>(null);

  const submit = (form: FormEvent) => {
    form.preventDefault();
    if (wanted !== again) return setSaid({ good: false, words: t('account.differ') });
    setBusy(true);
    call<Session>('PUT', '/session/password', { current, password: wanted }).then(
      (session) => {
        setBusy(false);
        for (const clear of [setCurrent, setWanted, setAgain]) clear('');
        setSaid({ good: true, words: t('account.changed') });
        own?.renew(session);
      },
      (error: unknown) => {
        setBusy(false);
        setSaid({ good: false, words: t('account.failed', { why: wordsOf(error) }) });
      },
    );
  };

  return (
    <form onSubmit={submit} data-testid="password-form">
      <Stack gap="sm">
        <Text size="sm">{t('account.rules', { count: LEAST })}</Text>
        {said && (
          <Alert color={said.good ? 'green' : 'red'} variant="light" role="alert">
            {said.words}
          </Alert>
        )}
        <PasswordInput
          label={t('account.current')}
          name="current"
          autoComplete="current-password"
          required
          value={current}
          onChange={(change) => setCurrent(change.currentTarget.value)}
        />
        <PasswordInput
          label={t('account.wanted')}
          name="wanted"
          autoComplete="new-password"
          required
          value={wanted}
          onChange={(change) => setWanted(change.currentTarget.value)}
        />
        <PasswordInput
          label={t('account.again')}
          name="again"
          autoComplete="new-password"
          required
          value={again}
          onChange={(change) => setAgain(change.currentTarget.value)}
        />
        <Button type="submit" loading={busy}>
          {t('account.change')}
        </Button>
      </Stack>
    </form>
  );
}

/** A refusal in the backend's own words. */
export function wordsOf(error: unknown): string {
  return error instanceof Problem ? error.words : String(error);
}
