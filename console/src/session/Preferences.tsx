/** Language and brightness: both are switched without a reload and stay in this browser. */
import { Button, Group, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useContext } from 'react';
import { SwitchLocale, useTexts } from '../i18n/texts';
import { AccountButton } from './Account';

export function Preferences() {
  const { locale, t } = useTexts();
  const switchLocale = useContext(SwitchLocale);
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme('light') === 'dark';
  const other = locale === 'en' ? 'zh-CN' : 'en';
  return (
    <Group gap={4} wrap="nowrap">
      <Button
        variant="subtle"
        size="compact-sm"
        lang={other}
        onClick={() => switchLocale(other)}
        data-testid="language"
      >
        {t('language.switch')}
      </Button>
      <Button
        variant="subtle"
        size="compact-sm"
        onClick={() => setColorScheme(dark ? 'light' : 'dark')}
        data-testid="theme"
      >
        {dark ? t('theme.light') : t('theme.dark')}
      </Button>
      <AccountButton />
    </Group>
  );
}
