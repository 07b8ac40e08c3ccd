/** The log-in page: all that a stranger sees. */
import { Alert, Button, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Problem } from '../api/client';
import { type Texts, useTexts } from '../i18n/texts';
import { Preferences } from './Preferences';

function wordsOf(error: unknown, { t, find }: Texts): string {
  if (!(error instanceof Problem)) return t('login.unreachable');
  return find('login', error.code) ?? t('login.failed', { code: error.words });
}

export function Login({ logIn }: { logIn: (username: string, password: string) => Promise<void> }) {
  const texts = useTexts();
  const { t } = texts;
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const submit = (form: FormEvent) => {
    form.preventDefault();
    setBusy(true);
    setError(null);
    logIn(username, password).catch((failure: unknown) => {
      setBusy(false);
      setPassword('');
      setError(failure);
    });
  };

  return (
    <main className="login">
      <Paper withBorder p="xl" radius="md" w={440}>
        <form onSubmit={submit}>
          <Stack gap="md">
            <div>
              <Text c="dimmed">{t('app.product')}</Text>
              <Title order={1}>{t('login.title')}</Title>
            </div>
            {error !== null && (
              <Alert color="red" variant="light" role="alert">
                {wordsOf(error, texts)}
              </Alert>
            )}
            <TextInput
              label={t('login.username')}
              name="username"
              autoComplete="username"
              autoFocus
              required
              value={username}
              onChange={(change) => setUsername(change.currentTarget.value)}
            />
            <PasswordInput
              label={t('login.password')}
              name="password"
              autoComplete="current-password"
              required
              value={password}
              onChange={(change) => setPassword(change.currentTarget.value)}
            />
            <Button type="submit" size="lg" loading={busy}>
              {t('login.submit')}
            </Button>
            <Text size="sm" c="dimmed">
              {t('login.hint')}
            </Text>
            <Preferences />
          </Stack>
        </form>
      </Paper>
    </main>
  );
}
