/** What somebody has to do before the desk opens: a password of their own, or a second factor. */
import { Button, Paper, Stack, Title } from '@mantine/core';
import { useContext } from 'react';
import { useTexts } from '../i18n/texts';
import { OtpForm } from './OtpForm';
import { PasswordForm } from './PasswordForm';
import { OwnSession } from './session';

export function Duty({ logOut }: { logOut: () => void }) {
  const { t } = useTexts();
  const must = useContext(OwnSession)?.session.must;
  return (
    <main className="login">
      <Paper withBorder p="xl" radius="md" w={480}>
        <Stack gap="md">
          <Title order={1}>
            {t(must === 'change_password' ? 'account.first_password' : 'account.first_otp')}
          </Title>
          {must === 'change_password' ? <PasswordForm /> : <OtpForm />}
          <Button variant="subtle" onClick={logOut}>
            {t('logout')}
          </Button>
        </Stack>
      </Paper>
    </main>
  );
}
