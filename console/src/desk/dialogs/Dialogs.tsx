/** Which dialog is open. It stays with the alert that it was opened for. */
import type { Action } from '../../api/actions';
import type { AlertSummary, Contact } from '../../api/types';
import { whoOf } from '../names';
import { CloseDialog } from './CloseDialog';
import { DispatchDialog } from './DispatchDialog';
import { EnRouteDialog } from './EnRouteDialog';
import { Help } from './Help';

export type DialogName = 'dispatch' | 'en-route' | 'close' | 'help';

type Props = {
  name: DialogName | null;
  alert: AlertSummary | null;
  contacts: readonly Contact[];
  close: () => void;
  send: (action: Action) => void;
};

export function Dialogs({ name, alert, contacts, close, send }: Props) {
  if (name === 'help') return <Help close={close} />;
  if (name === null || alert === null) return null;
  if (name === 'dispatch')
    return <DispatchDialog who={whoOf(alert)} contacts={contacts} close={close} send={send} />;
  if (name === 'en-route') return <EnRouteDialog who={whoOf(alert)} close={close} send={send} />;
  return <CloseDialog alert={alert} close={close} send={send} />;
}
