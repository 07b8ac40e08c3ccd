/** Alerts for the tests of pure functions. */
import type { AlertSummary } from '../src/api/types';

const AT = '2026-11-24T03:12:45.000Z';

/** A waiting SOS; `change` overrides. */
export function alertOf(id: string, change: Partial<AlertSummary> = {}): AlertSummary {
  return {
    id,
    stream_id: 1,
    version: 1,
    type: 'care.sos.pressed',
    severity: 'emergency',
    condition: 'active',
    handling: 'new',
    count: 1,
    device_id: `terminal-${id}`,
    home: null,
    residents: [],
    room: null,
    pressed_at: AT,
    received_at: AT,
    late_seconds: null,
    flags: [],
    holder: null,
    accepted_at: null,
    held_since: null,
    requeued_at: null,
    lease_until: null,
    first_voice_at: null,
    organisation: null,
    offered_to: [],
    next_step: null,
    eta_minutes: null,
    eta_at: null,
    responder: null,
    closed_at: null,
    outcome: null,
    previous_alert_id: null,
    unknown_device: false,
    waiting: true,
    ring: true,
    ring_seq: 1,
    ...change,
  };
}

export const HELD: Partial<AlertSummary> = {
  handling: 'accepted',
  waiting: false,
  ring: false,
  holder: { id: 'me', name: 'Me' },
  version: 2,
};
export const CLOSED: Partial<AlertSummary> = { handling: 'closed', waiting: false, ring: false, version: 9 };
