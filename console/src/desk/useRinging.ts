/** The desk's voice and its face in the browser's tab: what rings, the title and the favicon with the count. */
import { useEffect, useRef, useState } from 'react';
import type { AlertSummary } from '../api/types';
import { useTexts } from '../i18n/texts';
import { REMINDER } from '../sound/pattern';
import { Ringer, type SoundState } from '../sound/ringer';
import { ringsFor } from './queue';

/** `reminded`: ids, joined by spaces, of alerts whose holder must give a sign of life. */
export function useRinging(queue: readonly AlertSummary[], staffId: string, reminded: string): SoundState {
  const [sound, setSound] = useState<SoundState>('starting');
  const ringer = useRef<Ringer | null>(null);
  useEffect(() => {
    const own = new Ringer(setSound);
    ringer.current = own;
    return () => own.close();
  }, []);
  useEffect(() => {
    const reminders = reminded.split(' ').filter((id) => id !== '');
    ringer.current?.ring([
      ...queue.filter((alert) => ringsFor(alert, staffId)),
      ...reminders.map((id) => ({ id: `lease:${id}`, severity: REMINDER, ring_seq: 1 })),
    ]);
  }, [queue, staffId, reminded]);
  return sound;
}

/** `(3) Alarm desk` and the favicon with the 3. */
export function useTabTitle(waiting: number): void {
  const { t } = useTexts();
  useEffect(() => {
    document.title = waiting > 0 ? `(${waiting}) ${t('app.title')}` : t('app.title');
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (icon !== null) icon.href = `/favicons/${waiting > 9 ? 'many' : waiting}.svg`;
  }, [waiting, t]);
}
