/** The desk's voice and its face in the browser's tab: what rings, the title and the favicon with the count. */
import { useEffect, useRef, useState } from 'react';
import type { AlertSummary } from '../api/types';
import { useTexts } from '../i18n/texts';
import { Ringer, type SoundState } from '../sound/ringer';
import { ringsFor } from './queue';

export function useRinging(queue: readonly AlertSummary[], staffId: string): SoundState {
  const [sound, setSound] = useState<SoundState>('starting');
  const ringer = useRef<Ringer | null>(null);
  useEffect(() => {
    const own = new Ringer(setSound);
    ringer.current = own;
    return () => own.close();
  }, []);
  useEffect(() => {
    ringer.current?.ring(queue.filter((alert) => ringsFor(alert, staffId)));
  }, [queue, staffId]);
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
