/** The second factor: bind a telephone, keep the recovery codes, turn it off. */
import { Alert, Button, Code, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useContext, useEffect, useRef, useState } from 'react';
import { call } from '../api/client';
import type { OtpOffer, OtpView, Session } from '../api/types';
import { useTexts } from '../i18n/texts';
import { wordsOf } from './PasswordForm';
import { OwnSession } from './session';

export function OtpForm() {
  const { t } = useTexts();
  const own = useContext(OwnSession);
  const [standing, setStanding] = useState<OtpView | null>(null);
  const [password, setPassword] = useState('');
  const [offer, setOffer] = useState<OtpOffer | null>(null);
  const [code, setCode] = useState('');
  const [codes, setCodes] = useState<string[]>([]);
  const [failure, setFailure] = useState('');

  const failed = (error: unknown) => setFailure(t('account.failed', { why: wordsOf(error) }));
  const look = () => call<OtpView>('GET', '/session/otp').then(setStanding, failed);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the form opens
  useEffect(() => {
    void look();
  }, []);

  const bind = () => {
    setFailure('');
    call<OtpOffer>('POST', '/session/otp', { password }).then(setOffer, failed);
  };
  const confirm = () => {
    setFailure('');
    call<{ recovery_codes: string[] }>('PUT', '/session/otp', { otp: code }).then((made) => {
      setOffer(null);
      setCode('');
      setPassword('');
      setCodes(made.recovery_codes);
    }, failed);
  };
  const remove = () => {
    setFailure('');
    call('POST', '/session/otp/remove', { password }).then(look, failed);
  };
  const kept = () => {
    setCodes([]);
    void look();
    call<Session>('GET', '/session').then((session) => own?.renew(session), failed);
  };

  if (codes.length > 0) {
    return (
      <Stack gap="sm" data-testid="recovery-codes">
        <Alert variant="light">{t('account.codes')}</Alert>
        <Code block>{codes.join('\n')}</Code>
        <Button onClick={kept}>{t('account.codes_kept')}</Button>
      </Stack>
    );
  }
  return (
    <Stack gap="sm" data-testid="otp-form">
      {failure && (
        <Alert color="red" variant="light" role="alert">
          {failure}
        </Alert>
      )}
      {standing && (
        <Text size="sm">
          {standing.state === 'on'
            ? t('account.otp_on', { count: standing.recovery_codes })
            : t('account.otp_off')}
        </Text>
      )}
      {offer ? (
        <>
          <Text size="sm">{t('account.scan')}</Text>
          <Picture svg={offer.qr_svg} label={t('account.qr')} />
          <Code>{offer.secret}</Code>
          <TextInput
            label={t('account.code')}
            name="code"
            inputMode="numeric"
            autoComplete="one-time-code"
            value={code}
            onChange={(change) => setCode(change.currentTarget.value)}
          />
          <Button disabled={code.length !== 6} onClick={confirm}>
            {t('account.confirm')}
          </Button>
        </>
      ) : (
        <>
          <PasswordInput
            label={t('account.current')}
            name="proof"
            autoComplete="current-password"
            value={password}
            onChange={(change) => setPassword(change.currentTarget.value)}
          />
          <Group>
            <Button disabled={!password} onClick={bind}>
              {t('account.bind')}
            </Button>
            {standing?.state === 'on' && !standing.required && (
              <Button variant="default" disabled={!password} onClick={remove}>
                {t('account.remove')}
              </Button>
            )}
          </Group>
        </>
      )}
    </Stack>
  );
}

/** Put into the page as elements: the page's policy allows no pictures from data. */
function Picture({ svg, label }: { svg: string; label: string }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const named = svg.includes('xmlns=')
      ? svg
      : svg.replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"');
    const drawn = new DOMParser().parseFromString(named, 'image/svg+xml').documentElement;
    place.current?.replaceChildren(document.importNode(drawn, true));
  }, [svg]);
  return <div ref={place} role="img" aria-label={label} data-testid="qr" />;
}
