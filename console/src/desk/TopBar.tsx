/** The line at the top: how many wait, whether we are live, what time it is, who I am. */
import { Button, Group } from '@mantine/core';
import type { Session } from '../api/types';
import { clockTime } from '../clock/format';
import { useNow } from '../clock/time';
import { useTexts } from '../i18n/texts';
import { PAGES, type PageName } from '../pages/route';
import { Preferences } from '../session/Preferences';
import type { Link } from './store';

type Props = {
  waiting: number;
  link: Link;
  staff: Session['staff'];
  /** Calls that an operator has to make. */
  toCall: number;
  openToCall: () => void;
  page: PageName;
  help: () => void;
  logOut: () => void;
};

export function TopBar({ waiting, link, staff, toCall, openToCall, page, help, logOut }: Props) {
  const { t } = useTexts();
  const now = useNow();
  return (
    <header className="top">
      <h1 className="unseen">{t('app.title')}</h1>
      <nav className="top-pages" aria-label={t('page.nav')}>
        {PAGES.map((name) => (
          <a key={name} href={`#/${name}`} aria-current={name === page ? 'page' : undefined}>
            {t(`page.${name}`)}
          </a>
        ))}
      </nav>
      <span className={waiting > 0 ? 'top-waiting some' : 'top-waiting'} data-testid="waiting-count">
        {t('queue.waiting')} {waiting}
      </span>
      <span className={`link link-${link.state}`} data-testid="link" data-state={link.state}>
        {t(`link.${link.state}`)}
      </span>
      <Button
        variant={toCall > 0 ? 'filled' : 'subtle'}
        color={toCall > 0 ? '#a8380a' : 'gray'}
        size="compact-sm"
        onClick={openToCall}
        data-testid="to-call-button"
      >
        ☎ {t('to_call.title')} {toCall}&nbsp;<kbd>M</kbd>
      </Button>
      <span className="top-space" />
      <time className="top-clock">{clockTime(new Date(now).toISOString())}</time>
      <Preferences />
      <Group gap={4} wrap="nowrap">
        <Button variant="subtle" size="compact-sm" onClick={help}>
          {t('help.button')} ?
        </Button>
        <span className="top-name">{staff.name}</span>
        <Button variant="subtle" size="compact-sm" onClick={logOut} data-testid="logout">
          {t('logout')}
        </Button>
      </Group>
    </header>
  );
}
