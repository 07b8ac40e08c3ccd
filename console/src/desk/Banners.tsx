/** What stands above everything else: no connection, no sound, parts that are down, alarms that wait for a moment. */
import { Button } from '@mantine/core';
import type { AlertSummary, Component } from '../api/types';
import { clockTime } from '../clock/format';
import { useNow } from '../clock/time';
import { useTexts } from '../i18n/texts';
import type { IncomingCall } from '../live/messages';
import type { SoundState } from '../sound/ringer';
import { whoOf } from './names';
import { rank } from './queue';
import type { Link } from './store';
import { useWords } from './useVocabulary';

export function OfflineBanner({ link }: { link: Link }) {
  const { t, span } = useTexts();
  const now = useNow();
  if (link.state !== 'offline') return null;
  return (
    <div className="banner banner-red" role="alert" data-testid="offline">
      <strong>{t('offline.title', { span: span(now - link.since) })}</strong>
      <span>{t('offline.what')}</span>
    </div>
  );
}

export function SoundBanner({ sound }: { sound: SoundState }) {
  const { t } = useTexts();
  if (sound !== 'blocked' && sound !== 'mute') return null;
  return (
    <div className="banner banner-red" role="alert" data-testid="sound-blocked">
      <strong>🔇 {t(sound === 'blocked' ? 'sound.blocked' : 'sound.mute')}</strong>
    </div>
  );
}

type ArrivalsProps = { arrivals: readonly AlertSummary[]; go: (id: string) => void; dismiss: () => void };

/** New alarms that did not take the screen because the operator is in the middle of something. */
export function ArrivalsBanner({ arrivals, go, dismiss }: ArrivalsProps) {
  const { t } = useTexts();
  const { eventType } = useWords();
  const first = arrivals[0];
  if (first === undefined) return null;
  const values = { count: arrivals.length, what: eventType(first.type), who: whoOf(first) };
  return (
    <div
      className={`banner banner-arrival level-${rank(first.severity)}`}
      role="alert"
      data-testid="arrivals"
    >
      <strong>{t(arrivals.length === 1 ? 'arrivals.one' : 'arrivals.many', values)}</strong>
      <span className="banner-actions">
        <Button size="compact-md" color="dark" variant="white" onClick={() => go(first.id)}>
          {t('arrivals.go')}
        </Button>
        <Button size="compact-md" color="gray.0" variant="outline" onClick={dismiss}>
          {t('arrivals.later')}
        </Button>
      </span>
    </div>
  );
}

type IncomingProps = {
  call: IncomingCall | undefined;
  look: (call: IncomingCall) => void;
  dismiss: (call: IncomingCall) => void;
};

/** Somebody calls: an offer to open the card, never over what is being done. */
export function IncomingBanner({ call, look, dismiss }: IncomingProps) {
  const { t, find } = useTexts();
  if (call === undefined) return null;
  const who = call.home_label ?? find('caller', call.caller_kind) ?? '';
  return (
    <div className="banner banner-call" role="alert" data-testid="incoming">
      <strong>
        ☎ {t('incoming.from', { who, time: clockTime(call.at) })} {call.caller}
      </strong>
      {call.alert_id !== null && <span>{t('incoming.has_alert')}</span>}
      <span className="banner-actions">
        <Button size="compact-md" color="dark" variant="white" onClick={() => look(call)}>
          {t('incoming.open')}
        </Button>
        <Button size="compact-md" color="gray.0" variant="outline" onClick={() => dismiss(call)}>
          {t('incoming.dismiss')}
        </Button>
      </span>
    </div>
  );
}

/** Which parts of the platform are not up, and what that means for the people at the desk. */
export function HealthStrip({ components }: { components: readonly Component[] }) {
  const { t, find } = useTexts();
  const troubled = components.filter((row) => row.state !== 'up');
  if (troubled.length === 0) return null;
  return (
    <div className="banner banner-amber" role="status" data-testid="health">
      {troubled.map((row) => {
        // A second gateway's lane is `gateway-emergency.gw2`.
        const [part = '', ...rest] = row.component.split('.');
        const name = [find('component', part) ?? part, ...rest].join(' ');
        const state = find('health', row.state, { component: name }) ?? `${name}: ${row.state}`;
        return (
          <span key={row.component} data-component={row.component}>
            <strong>{state}</strong> ({t('health.since', { time: clockTime(row.since) })}){' '}
            {find('effect', part) ?? row.detail}
          </span>
        );
      })}
    </div>
  );
}
