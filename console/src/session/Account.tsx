/** One's own account: password, second factor, where one is logged in. */
import { Alert, Button, Divider, Group, Modal, Stack, Text, Title } from '@mantine/core';
import { useContext, useEffect, useState } from 'react';
import { call } from '../api/client';
import type { SessionLine } from '../api/types';
import { clockTime } from '../clock/format';
import { useTexts } from '../i18n/texts';
import { OtpForm } from './OtpForm';
import { PasswordForm, wordsOf } from './PasswordForm';
import { OwnSession } from './session';

export function AccountButton() {
  const { t } = useTexts();
  const own = useContext(OwnSession);
  const [open, setOpen] = useState(false);
  if (own === null || own.session.must) return null;
  return (
    <>
      <Button variant="subtle" size="compact-sm" onClick={() => setOpen(true)} data-testid="account">
        {t('account.open')}
      </Button>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={t('account.open')}
        size="lg"
        transitionProps={{ duration: 0 }}
        closeButtonProps={{ 'aria-label': t('account.close') }}
      >
        <Stack gap="md">
          <Title order={2}>{t('account.password')}</Title>
          <PasswordForm />
          <Divider />
          <Title order={2}>{t('account.otp')}</Title>
          <OtpForm />
          <Divider />
          <Title order={2}>{t('account.sessions')}</Title>
          <Sessions />
        </Stack>
      </Modal>
    </>
  );
}

function Sessions() {
  const { t } = useTexts();
  const [items, setItems] = useState<SessionLine[]>([]);
  const [failure, setFailure] = useState('');
  const failed = (error: unknown) => setFailure(t('account.failed', { why: wordsOf(error) }));
  const look = () =>
    call<{ items: SessionLine[] }>('GET', '/session/list').then((list) => setItems(list.items), failed);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the dialog opens
  useEffect(() => {
    void look();
  }, []);
  const end = (path: string) => call('DELETE', path).then(look, failed);

  return (
    <Stack gap="xs" data-testid="sessions">
      {failure && (
        <Alert color="red" variant="light" role="alert">
          {failure}
        </Alert>
      )}
      {items.map((line) => (
        <Group key={line.id} justify="space-between">
          <Text size="sm">
            {line.created_at.slice(0, 10)} {clockTime(line.created_at)} · {line.address} {line.agent}
          </Text>
          {line.current ? (
            <Text size="sm" fw={700}>
              {t('account.this_one')}
            </Text>
          ) : (
            <Button size="compact-sm" variant="default" onClick={() => end(`/session/list/${line.id}`)}>
              {t('account.end')}
            </Button>
          )}
        </Group>
      ))}
      {items.length > 1 && (
        <Button variant="default" onClick={() => end('/session/list')}>
          {t('account.end_others')}
        </Button>
      )}
    </Stack>
  );
}
