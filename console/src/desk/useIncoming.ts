/** The call that comes in: it brings up its alert for somebody who only looks, and is an offer to everybody else. */
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useNow } from '../clock/time';
import type { IncomingCall } from '../live/messages';
import type { DialogHandle } from './dialogs/useDialog';
import { offeredCalls } from './incoming';
import type { Alerts } from './queue';

type Needs = {
  calls: readonly IncomingCall[];
  own: ReadonlySet<string> | null;
  alerts: Alerts;
  isBusy: () => boolean;
  select: (alertId: string) => void;
  dialogs: DialogHandle;
};

export type Incoming = {
  call: IncomingCall | undefined;
  look: (call: IncomingCall) => void;
  dismiss: (call: IncomingCall) => void;
};

export function useIncoming({ calls, own, alerts, isBusy, select, dialogs }: Needs): Incoming {
  const [seen, setSeen] = useState<ReadonlySet<number>>(new Set());
  const now = useNow();
  const call = offeredCalls(calls, seen, own, now)[0];
  const dismiss = (one: IncomingCall) => setSeen((before) => new Set([...before, one.id]));

  const broughtUp = useRef(0);
  const bringUp = useEffectEvent((one: IncomingCall) => {
    if (one.id <= broughtUp.current) return; // an older one, now that the newer has been looked at
    broughtUp.current = one.id;
    if (one.alert_id !== null && alerts[one.alert_id] !== undefined && !isBusy()) select(one.alert_id);
  });
  const callId = call?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each call, however often it is said again
  useEffect(() => {
    if (call !== undefined) bringUp(call);
  }, [callId]);

  const look = (one: IncomingCall) => {
    dismiss(one);
    if (one.alert_id !== null && alerts[one.alert_id] !== undefined) select(one.alert_id);
    else dialogs.open({ name: 'incoming', alertId: null, callId: one.id });
  };
  return { call, look, dismiss };
}
