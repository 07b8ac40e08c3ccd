/** The frame around everything: theme, language, and whether the desk or the log-in is shown. */
import { Center, createTheme, Loader, MantineProvider, Stack, Text } from '@mantine/core';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { setLanguage } from './api/client';
import { Desk } from './desk/Desk';
import {
  type Locale,
  SwitchLocale,
  storedLocale,
  storeLocale,
  TextsContext,
  textsOf,
  useTexts,
} from './i18n/texts';
import { Login } from './session/Login';
import { type Standing, useSession } from './session/session';

const theme = createTheme({
  fontFamily:
    '"Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif',
  fontSizes: { xs: '13px', sm: '14px', md: '16px', lg: '18px', xl: '22px' },
  headings: { sizes: { h1: { fontSize: '26px' } } },
  primaryShade: 8, // lighter ones are too pale behind white words (WCAG AA)
  defaultRadius: 'sm',
  respectReducedMotion: true,
  cursorType: 'pointer',
});

export function App() {
  const { standing, logIn, logOut } = useSession();
  const [chosen, setChosen] = useState<Locale | null>(storedLocale);
  const own = standing.kind === 'somebody' && standing.session.staff.locale === 'en' ? 'en' : 'zh-CN';
  const locale = chosen ?? own;
  const texts = useMemo(() => textsOf(locale), [locale]);
  const switchLocale = useCallback((next: Locale) => {
    storeLocale(next);
    setChosen(next);
  }, []);

  useEffect(() => {
    document.documentElement.lang = locale;
    setLanguage(locale);
  }, [locale]);

  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <TextsContext value={texts}>
        <SwitchLocale value={switchLocale}>
          {standing.kind === 'asking' && <Asking standing={standing} />}
          {standing.kind === 'nobody' && <Login logIn={logIn} />}
          {standing.kind === 'somebody' && (
            <Desk key={standing.session.staff.id} staff={standing.session.staff} logOut={logOut} />
          )}
        </SwitchLocale>
      </TextsContext>
    </MantineProvider>
  );
}

function Asking({ standing }: { standing: Extract<Standing, { kind: 'asking' }> }) {
  const { t } = useTexts();
  return (
    <Center h="100vh">
      <Stack align="center" role="status">
        <Loader />
        <Text size="lg">{t(standing.unreachable ? 'session.unreachable' : 'session.loading')}</Text>
      </Stack>
    </Center>
  );
}
