/** The log-in page: all that a stranger sees. */
import { Alert, Button, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import { call, Problem } from '../api/client';
import type { Ways } from '../api/types';
import { type Texts, useTexts } from '../i18n/texts';
import { Preferences } from './Preferences';

function wordsOf(error: unknown, { t, find }: Texts): string {
  if (!(error instanceof Problem)) return t('login.unreachable');
  return find('login', error.code) ?? t('login.failed', { code: error.words });
}

/** Refusals after a password that was right: what is missing is a code. */
const CODES = new Set(['otp_required', 'bad_otp', 'otp_used']);

/** The provider's way back ends here with `?refused=` where it let nobody in. */
function refusedOnTheWay(): Problem | null {
  const code = new URLSearchParams(location.search).get('refused');
  if (code === null) return null;
  history.replaceState(null, '', location.pathname);
  return new Problem(401, code, {});
}

export function Login({
  logIn,
}: {
  logIn: (username: string, password: string, otp?: string) => Promise<void>;
}) {
  const texts = useTexts();
  const { t } = texts;
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [otp, setOtp] = useState<string | null>(null); // null: nobody has asked for one yet
  const [error, setError] = useState<unknown>(() => refusedOnTheWay());
  const [oidc, setOidc] = useState(false);

  useEffect(() => {
    call<Ways>('GET', '/session/ways').then(
      (ways) => setOidc(ways.oidc),
      () => undefined, // the button is then missing; the password works as ever
    );
  }, []);

  const submit = (form: FormEvent) => {
    form.preventDefault();
    setBusy(true);
    setError(null);
    logIn(username, password, otp ?? undefined).catch((failure: unknown) => {
      setBusy(false);
      const wantsCode = failure instanceof Problem && CODES.has(failure.code);
      if (wantsCode) setOtp('');
      else {
        setPassword('');
        setOtp(null);
      }
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
            {otp !== null && (
              <TextInput
                label={t('login.otp')}
                name="otp"
                autoComplete="one-time-code"
                autoFocus
                required
                value={otp}
                onChange={(change) => setOtp(change.currentTarget.value)}
              />
            )}
            <Button type="submit" size="lg" loading={busy}>
              {t('login.submit')}
            </Button>
            {oidc && (
              <Button component="a" href="/api/v1/session/oidc" variant="default">
                {t('login.oidc')}
              </Button>
            )}
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
