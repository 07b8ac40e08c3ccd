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
import { Duty } from './session/Duty';
import { Login } from './session/Login';
import { OwnSession, type Standing, useSession } from './session/session';

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
  const { standing, logIn, renew, logOut } = useSession();
  const own = useMemo(
    () => (standing.kind === 'somebody' ? { session: standing.session, renew } : null),
    [standing, renew],
  );
  const [chosen, setChosen] = useState<Locale | null>(storedLocale);
  const locale = chosen ?? (own?.session.staff.locale === 'en' ? 'en' : 'zh-CN');
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
          <OwnSession value={own}>
            {own?.session.must && <Duty logOut={logOut} />}
            {own && !own.session.must && (
              <Desk key={own.session.staff.id} staff={own.session.staff} logOut={logOut} />
            )}
          </OwnSession>
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
